"""What `tail` has seen since On."""

import io

from rich.console import Console

from dagnet_realtime.cli.tail_state import NAMES, SHOWN, TailState, printable
from dagnet_realtime.model.event import Token
from dagnet_realtime.model.frame import (
    Batch,
    Change,
    Close,
    Forget,
    FrameEvent,
    Gap,
    Guarantees,
    Heartbeat,
    Hello,
)

HELLO = Hello(
    watch_session_id="w",
    position="p",
    graph_version="1",
    started_at="2026-01-02T03:04:05.678Z",
    sampling=1.0,
    posture=Guarantees(),
)


def event(id: str, *nodes: str, token: str = "t1", name: str = "purchase") -> FrameEvent:
    at = "2026-01-02T03:04:05.678Z"
    return FrameEvent(
        id=id,
        type="track",
        name=name,
        occurred_at=at,
        arrived_at=at,
        source="web",
        nodes=nodes,
        traces=(Token("anonymousId", token),),
        properties={"price": 3},
    )


def test_counts_come_from_the_frames_and_not_from_the_events_they_carry() -> None:
    live = TailState({"n1": "Purchase"}, "Shop")
    live.apply(HELLO)
    lines = live.apply(
        Batch(
            from_="a",
            position="b",
            counts={"n1": 100},
            unmapped={"scroll": 7},
            events=(event("1", "n1"), event("2")),
        )
    )
    assert live.counts["n1"] == 100
    assert live.unmapped["scroll"] == 7
    assert lines[0].split() == ["03:04:05.678", "purchase", "Purchase", "t1", "price=3"]
    assert "unmapped" in lines[1]


def test_what_was_missed_and_how_it_ended_is_reported() -> None:
    live = TailState({}, "Shop")
    assert live.apply(Gap(from_="a", to="b", missed=None, reason="epoch")) == [
        "# missed an unknown number of events: epoch"
    ]
    assert live.apply(Gap(from_="a", to="b", missed=3, reason="retention")) == [
        "# missed 3 events: retention"
    ]
    assert live.apply(None) == ["# reconnecting"]
    assert live.state == "reconnecting"
    assert live.apply(Heartbeat(now="", position="p")) == []
    assert live.state == "live"
    assert (
        live.apply(
            Change(
                graph_version="2", policy_version="1", sampling=1.0, posture=Guarantees(), since=""
            )
        )
        != []
    )
    assert live.apply(Close(reason="stopping")) == ["# the server says goodbye: stopping"]


def test_a_forgotten_person_leaves_the_view() -> None:
    live = TailState({}, "Shop")
    live.apply(
        Batch(from_="a", position="b", events=(event("1", token="t1"), event("2", token="t2")))
    )
    live.apply(Forget(tokens=("t1",)))
    assert [kept.id for kept in live.events] == ["2"]


def test_what_is_kept_is_bounded() -> None:
    live = TailState({}, "Shop")
    for number in range(1000):
        live.apply(
            Batch(from_="a", position="b", unmapped={str(number): 1}, events=(event(str(number)),))
        )
    assert len(live.events) == SHOWN
    assert len(live.unmapped) <= NAMES + 1
    assert sum(live.unmapped.values()) == 1000


def test_the_picture_is_drawn_and_no_event_can_steer_the_terminal() -> None:
    live = TailState({"n1": "Purchase\x1b[2J"}, "Shop")
    live.apply(HELLO)
    live.apply(
        Batch(
            from_="a",
            position="b",
            counts={"n1": 1200},
            events=(event("1", "n1", name="evil\x1b]0;x\x07\n"),),
        )
    )
    out = io.StringIO()
    Console(file=out, width=140, color_system=None).print(live.render(30))
    assert "1,200" in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert printable("a\x1bb\n") == "a·b·"
