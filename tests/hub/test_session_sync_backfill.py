"""A trace's past."""

from dagnet_realtime.hub.session_sync import backfill_traces
from dagnet_realtime.model.event import Token
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.stores.memory import MemoryLog
from tests.support.clock import FakeClock
from tests.support.entries import entries, entry

SHOP = Channel("shop", "prod")
PERSON = (Token("userId", "k1.person"),)


async def test_the_past_of_a_trace_is_what_the_log_still_holds() -> None:
    """HUB-16: entries come in order, from On or the log's tail to the feed's position; only the
    latest if there are many.
    """
    log = MemoryLog({SHOP: Policy(log_entries=3000)}, FakeClock())
    start = await log.acquire_lease(SHOP, "a", 60)
    await log.append(
        SHOP, [entry("lost", traces=PERSON), *entries(1, 2000), entry("p1", traces=PERSON)]
    )
    await log.append(
        SHOP, [*entries(3000, 3999), *(entry(f"p{n}", traces=PERSON) for n in range(2, 5))]
    )
    end = await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, [entry("later", traces=PERSON)])
    found = await backfill_traces(log, SHOP, start, end, frozenset({"k1.person"}), 100)
    assert [(offset, one.id) for offset, one in found] == [
        (2002, "p1"),
        (3003, "p2"),
        (3004, "p3"),
        (3005, "p4"),
    ]
    assert {one.flags for _, one in found} == {("partial",)}, (
        "what came before the log's tail is missing"
    )
    latest = await backfill_traces(log, SHOP, start, end, frozenset({"k1.person"}), 2)
    assert [one.id for _, one in latest] == ["p3", "p4"]


async def test_a_past_that_is_whole_is_not_called_partial() -> None:
    """HUB-16: a past is flagged partial only if the log does not reach back to On, or more was
    there than is taken.
    """
    log = MemoryLog({SHOP: Policy()}, FakeClock())
    start = await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, [entry(f"p{n}", traces=PERSON) for n in range(3)])
    end = await log.acquire_lease(SHOP, "a", 60)
    for most, flags in ((3, ()), (2, ("partial",))):
        found = await backfill_traces(log, SHOP, start, end, frozenset({"k1.person"}), most)
        assert {one.flags for _, one in found} == {flags}
