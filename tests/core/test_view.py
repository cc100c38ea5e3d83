"""The frame that a view makes of a stretch."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from dagnet_realtime.core.codec import ERASED, anonymous
from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.matching import Table
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.core.view import MOST_NAMES, View, match_all
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.frame import Batch
from dagnet_realtime.model.graph import Graph, Listen, Node
from dagnet_realtime.model.ledger import Ledger
from dagnet_realtime.model.policy import Policy
from tests.support.entries import entry

GRAPH = Graph(
    name="g",
    file="g",
    version="1",
    nodes=(Node(uuid="u1", id="home"), Node(uuid="u2", id="paid")),
    listens=(
        Listen(node="u1", label="Home", event_id="home", names=("Home",), rule="segment"),
        Listen(node="u2", label="Paid", event_id="paid", names=("Home", "Paid"), rule="segment"),
    ),
)


def frame(entries: list[Entry], filter: str = "", policy: Policy | None = None, deny: tuple[str, ...] = ()) -> Batch:
    policy = policy or Policy(properties=("*",), deny=deny)
    view = View(GRAPH, parse_filter(filter), policy, Redaction(policy.properties, policy.deny))
    return view.batch("e.0", "e.9", entries, match_all(Table(GRAPH.listens), entries), frozenset(), 0.0)


def test_one_event_may_light_several_nodes() -> None:
    """HUB-6: counts are by node, the ledger by event."""
    batch = frame([entry("m1", name="Home"), entry("m2", name="Stray")])
    assert (batch.counts, batch.unmapped) == ({"u1": 1, "u2": 1}, {"Stray": 1})
    assert (batch.ledger.offered, batch.ledger.lit, batch.ledger.unmapped, batch.ledger.carried) == (2, 1, 1, 2)
    assert batch.events[0].nodes == ("u1", "u2")


def test_events_carry_their_place_in_the_log() -> None:
    """HUB-23: counted from where the frame begins, what is left out included; a frame that begins nowhere gives none."""
    entries = [entry("m1", name="Home"), ERASED, entry("m2", name="Stray", flags=("sampled_out",)), entry("m3", name="Paid")]
    assert [(event.id, event.offset) for event in frame(entries).events] == [("m1", 1), ("m3", 4)]
    view = View(GRAPH, parse_filter(""), Policy(), Redaction((), ()))
    for start, offsets in (("e.41.cafe", [42]), ("", [UNSET])):
        private = view.private(start, "", entries[:1], [("u1",)], frozenset(), 0.0)
        assert [event.offset for event in private.events] == offsets


def test_unmapped_names_are_bounded() -> None:
    """HUB-30: the 200 most frequent by name, the rest as other."""
    batch = frame([entry(f"m{n}", name=f"Stray {n}") for n in range(300)] + [entry("again", name="Stray 299")])
    assert len(batch.unmapped) == MOST_NAMES
    assert batch.unmapped["Stray 299"] == 2
    assert batch.other == 301 - sum(batch.unmapped.values())


def test_a_filter_by_node_names_it_as_people_do() -> None:
    """FIL-3: ids are resolved by the view's own graph."""
    batch = frame([entry("m1", name="Home"), entry("m2", name="Paid")], filter="node:home")
    assert [event.id for event in batch.events] == ["m1"]
    assert batch.ledger.filtered == 1


def test_denials_hold_when_frames_are_written() -> None:
    """HUB-31: what a rule denies is not shown, though the log may still hold it."""
    batch = frame([entry("m1", name="Home", properties={"coupon": "A", "price": 1})], deny=("coupon",))
    assert batch.events[0].properties == {"price": 1}


def test_an_entry_of_which_nothing_is_known_is_missed() -> None:
    """HUB-6: it was offered, and no filter took it."""
    batch = frame([ERASED])
    assert batch.ledger == Ledger(offered=1, missed=1)
    assert (batch.events, batch.unmapped) == ((), {})


def test_a_forgotten_persons_events_count_as_before() -> None:
    """HUB-6, HUB-20: by node and by name, through a filter too; nothing of them is carried, and the ledger says why."""
    known = [entry("m1", name="Home"), entry("m2", name="Stray"), entry("m3", name="Paid", flags=("late",))]
    for filter in ("", "Home", "is:late", "-event:Paid", "is:unmapped"):
        before, after = (frame(entries, filter=filter) for entries in (known, [anonymous(one, frozenset()) for one in known]))
        assert (after.counts, after.unmapped, after.events) == (before.counts, before.unmapped, ())
        assert after.ledger == msgspec.structs.replace(before.ledger, carried=0, forgotten=before.ledger.carried)


@given(st.lists(st.tuples(st.sampled_from(["Home", "Paid", "Stray"]), st.sampled_from([(), ("sampled_out",), ("test",)])), max_size=80))
def test_the_ledger_always_sums(made: list[tuple[str, tuple[str, ...]]]) -> None:
    """HUB-6: whatever comes."""
    batch = frame(
        [entry(str(n), name=name, flags=flags) for n, (name, flags) in enumerate(made)], "-event:Paid", Policy(carried_per_second=10)
    )
    ledger = batch.ledger
    assert ledger.offered == ledger.lit + ledger.unmapped + ledger.filtered + ledger.missed
    assert ledger.lit + ledger.unmapped == ledger.carried + ledger.thinned + ledger.sampled_out
    assert ledger.carried == len(batch.events)
