"""The registry of sessions: limits, presence and follows."""

from itertools import count

import msgspec
import pytest

from dagnet_realtime.hub.sessions import (
    MAX_NAMES,
    Presence,
    SessionLimits,
    SessionRegistry,
    presence_for,
)
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from tests.hub.stage import SHOP


def test_every_limit_is_a_bound() -> None:
    """HUB-16: each limit has a default above 0."""
    assert all(value > 0 for value in msgspec.structs.asdict(SessionLimits()).values())


NUMBERS = count()


def watching(
    person: str, channel: Channel = SHOP, graph: str = "checkout", filter: str = ""
) -> WatchSession:
    return WatchSession(
        id=f"s{next(NUMBERS)}",
        channel=channel,
        graph=graph,
        person=person,
        started_at=0,
        position="0-0",
        filter=filter,
    )


def test_people_who_signed_in_see_each_others_names() -> None:
    """REL-23: each name once, however many tabs, never one's own, and also across filters."""
    ann, bob = watching("oidc:ann@shop.example"), watching("proxy:bob", filter="type:page")
    live = [ann, bob, watching("proxy:bob"), watching("oidc:ann@shop.example")]
    assert presence_for(ann, live) == Presence(others=3, names=("bob",))
    assert presence_for(bob, live) == Presence(others=3, names=("ann@shop.example",))


def test_a_token_is_counted_and_learns_no_name() -> None:
    """REL-23: token sessions and the local user count, but neither have nor see names."""
    ann, screen, local = watching("oidc:ann"), watching("token:t1"), watching("local")
    live = [ann, screen, local]
    assert presence_for(ann, live) == Presence(others=2)
    assert presence_for(screen, live) == presence_for(local, live) == Presence(others=2)


def test_another_graph_or_workspace_is_no_company() -> None:
    """REL-23: sessions on other graphs, environments and workspaces do not count."""
    ann = watching("oidc:ann")
    live = [
        ann,
        watching("oidc:bob", graph="returns"),
        watching("oidc:cyd", Channel("shop", "dev")),
        watching("oidc:dan", Channel("acme", "prod")),
    ]
    assert presence_for(ann, live) == Presence()


def test_names_are_bounded_and_in_order() -> None:
    """REL-23: the number tells of the rest."""
    ann = watching("oidc:ann")
    crowd = [watching(f"oidc:p{number:03}") for number in reversed(range(100))]
    told = presence_for(ann, [ann, *crowd])
    assert (told.others, told.names) == (100, tuple(f"p{number:03}" for number in range(MAX_NAMES)))


def session(id: str, *follows: str, person: str = "ann") -> WatchSession:
    return WatchSession(
        id=id,
        channel=Channel("shop", "prod"),
        graph="g",
        person=person,
        started_at=0,
        position="e.0",
        follows=follows,
    )


def test_a_channel_follows_a_bounded_number_of_traces() -> None:
    """HUB-16: a token followed by several sessions counts once."""
    desk = SessionRegistry(SessionLimits(follows_per_channel=3))
    desk.upsert(session("a", "k1.a", "k1.b"), 0)
    assert desk.validate_follows(session("b"), ["k1.b", "k1.c", "k1.c"]) == ("k1.b", "k1.c")
    with pytest.raises(Problem, match="Too many traces"):
        desk.validate_follows(session("b"), ["k1.c", "k1.d"])


def test_one_person_cannot_keep_the_others_from_following() -> None:
    """HUB-16: beside the channel's budget, each person has one over all their sessions at all
    processes.
    """
    desk = SessionRegistry(
        SessionLimits(follows_per_channel=5, follows_per_person=3, follows_per_session=3)
    )
    live = [session("a", "k1.a", "k1.b"), session("b", "k1.b")]
    assert desk.validate_follows(session("c"), ["k1.a", "k1.c"], live) == ("k1.a", "k1.c")
    with pytest.raises(Problem, match="Too many traces") as refused:
        desk.validate_follows(session("c"), ["k1.c", "k1.d"], live)
    assert "3 for one person" in refused.value.detail
    assert desk.validate_follows(session("d", person="bob"), ["k1.x", "k1.y", "k1.z"], live) == (
        "k1.x",
        "k1.y",
        "k1.z",
    )
    assert desk.validate_follows(session("a", "k1.a", "k1.b"), ["k1.c", "k1.d"], live) == (
        "k1.c",
        "k1.d",
    ), "its own count as they will be"


def test_what_cannot_be_a_token_is_refused() -> None:
    """HUB-16: a text that is too short or too long is no token."""
    for token in ("abc", "x" * 129):
        with pytest.raises(Problem, match="Invalid trace"):
            SessionRegistry(SessionLimits()).validate_follows(session("a"), [token])


def test_streams_are_counted_by_person_and_by_channel() -> None:
    """HUB-16: at the limit one more stream is refused."""
    desk = SessionRegistry(SessionLimits(streams_per_channel=2))
    lines = [desk.upsert(session(id, person=id), 0) for id in "abc"]
    desk.acquire_stream(lines[0])
    desk.acquire_stream(lines[1])
    with pytest.raises(Problem, match="Too many streams"):
        desk.acquire_stream(lines[2])
    lines[0].streams -= 1
    desk.acquire_stream(lines[2])
