"""Watching, from On to Off."""

import asyncio
from collections import Counter

import pytest

from dagnet_realtime.model.event import Position, Token
from dagnet_realtime.model.frame import (
    Batch,
    Change,
    Close,
    Forget,
    Gap,
    Heartbeat,
    Hello,
    IngestCounters,
)
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Policy
from tests.hub.stage import SHOP, Reader, Stage, graph
from tests.support.entries import entries, entry


async def test_a_stream_begins_with_hello_and_goes_on_where_on_was() -> None:
    """HUB-1: the first frame is a hello at the position of On; what came since follows."""
    async with Stage() as stage:
        session = await stage.open()
        await stage.log.append(SHOP, entries(1, 3, name="Home"))
        reader = await stage.read(session)
        await stage.clock.advance(0.2)
        assert reader.ops == ["hello", "batch"]
        hello = reader.got[0].frame
        assert isinstance(hello, Hello)
        assert (hello.position, hello.graph_version, hello.ledger) == (
            session.position,
            "v1",
            {"web": IngestCounters(received=3, taken=3)},
        )
        assert (reader.batches[0].from_, reader.batches[0].counts) == (
            session.position,
            {"u-Home": 3},
        )


async def test_nothing_before_on_is_shown() -> None:
    """HUB-1: a session sees only what came after it began, even if it asks for an earlier one."""
    async with Stage() as stage:
        first = await stage.open()
        await stage.log.append(SHOP, entries(1, 5, name="Home"))
        second = await stage.open()
        reader = await stage.read(second, after=first.position)
        await stage.log.append(SHOP, [entry("m6", name="Home")])
        await stage.clock.advance(0.2)
        assert reader.counts() == {"u-Home": 1}
        gap = reader.got[1].frame
        assert isinstance(gap, Gap)
        assert (gap.from_, gap.to, gap.missed) == (first.position, second.position, 0)


async def test_frames_join_without_a_seam() -> None:
    """HUB-7: every frame begins where the one before it ended, for viewers that came at any time."""
    async with Stage() as stage:
        readers = []
        for wave in range(10):
            readers.append(await stage.read(await stage.open()))
            await stage.log.append(SHOP, entries(wave * 10, wave * 10 + 9, name="Cart"))
            await stage.clock.advance(0.03)
        await stage.clock.advance(0.5)
        for number, reader in enumerate(readers):
            at = reader.got[0].position
            for batch in reader.batches:
                assert batch.from_ == at
                at = batch.position
            assert reader.counts() == {"u-Cart": 100 - 10 * number}


async def test_viewers_of_one_view_share_encoded_frames() -> None:
    """HUB-5: the same view gives the same bytes, encoded once; another filter is another view."""
    async with Stage() as stage:
        one, two = await stage.read(await stage.open()), await stage.read(await stage.open())
        other = await stage.read(await stage.open(filter="device:mobile"))
        await stage.log.append(
            SHOP,
            [entry("m1", name="Home"), entry("m2", name="Home", properties={"device": "mobile"})],
        )
        await stage.clock.advance(0.2)
        assert one.got[1] is two.got[1]
        assert one.counts() == {"u-Home": 2}
        assert other.counts() == {"u-Home": 1}
        assert other.batches[0].ledger.filtered == 1


async def test_events_come_at_ticks() -> None:
    """HUB-5: at most one frame comes every 50 ms; the first after a silence comes at once."""
    async with Stage() as stage:
        reader = await stage.read(await stage.open())
        await stage.clock.advance(1)
        await stage.log.append(SHOP, [entry("m0", name="Home")])
        await stage.clock.advance(0)
        assert len(reader.batches) == 1
        for number in range(1, 101):
            await stage.log.append(SHOP, [entry(f"m{number}", name="Home")])
            await stage.clock.advance(0.01)
        await stage.clock.advance(0.1)
        assert 19 <= len(reader.batches) <= 22
        assert reader.counts() == {"u-Home": 101}


async def test_the_ledger_sums_and_counts_are_exact_while_events_are_thinned() -> None:
    """HUB-6: offered = lit + unmapped + filtered + missed, and lit + unmapped = carried + thinned +
    sampled_out + forgotten.
    """
    async with Stage(policy=Policy(carried_per_second=50, log_entries=100_000)) as stage:
        reader = await stage.read(await stage.open(filter="-source:ios"))
        sampled = {"flags": ("sampled_out",), "traces": ()}
        number = 0
        for _ in range(100):
            batch = [
                entry(
                    f"m{number + i}",
                    name="Home" if i % 2 else "Stray",
                    source="ios" if i % 5 == 0 else "web",
                )
                for i in range(19)
            ]
            await stage.log.append(SHOP, [*batch, entry(f"s{number}", name="Paid", **sampled)])
            number += 19
            await stage.clock.advance(0.05)
        await stage.clock.advance(0.2)
        ledgers = [batch.ledger for batch in reader.batches]
        for ledger in ledgers:
            assert ledger.offered == ledger.lit + ledger.unmapped + ledger.filtered + ledger.missed
            assert (
                ledger.lit + ledger.unmapped
                == ledger.carried + ledger.thinned + ledger.sampled_out + ledger.forgotten
            )
        assert sum(ledger.offered for ledger in ledgers) == 2000
        assert sum(ledger.sampled_out for ledger in ledgers) == 100
        assert reader.counts()["u-Paid"] == 100
        carried = sum(len(batch.events) for batch in reader.batches)
        assert carried == sum(ledger.carried for ledger in ledgers)
        assert 150 <= carried <= 350


async def test_a_viewer_resumes_from_its_position_on_any_boundary() -> None:
    """HUB-7: reconnecting is reading after a position; nothing is lost and nothing comes twice."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.log.append(SHOP, entries(1, 5, name="Home"))
        await stage.clock.advance(0.1)
        await reader.stop()
        await stage.log.append(SHOP, entries(6, 9, name="Home"))
        await stage.clock.advance(0.3)
        again = await stage.read(session, after=reader.got[-1].position)
        await stage.clock.advance(0.1)
        assert again.ops[:2] == ["hello", "batch"]
        assert again.counts() == {"u-Home": 4}


async def test_a_viewer_that_fell_off_the_log_learns_exactly_what_it_missed() -> None:
    """HUB-7: a gap says from where to where, how many events and why; then frames go on."""
    async with Stage(policy=Policy(log_entries=100)) as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.clock.advance(0.1)
        await reader.stop()
        for wave in range(5):
            await stage.log.append(SHOP, entries(wave * 50, wave * 50 + 49, name="Home"))
            await stage.clock.advance(40)
        again = await stage.read(session, after=session.position)
        await stage.clock.advance(0.1)
        gap = again.got[1].frame
        assert isinstance(gap, Gap)
        assert (gap.from_, gap.missed, gap.reason) == (session.position, 150, "retention")
        assert again.counts() == {"u-Home": 100}


async def test_a_viewer_that_does_not_read_costs_nothing_and_catches_up() -> None:
    """HUB-9: it holds a position, not a queue; behind the ring it gets one frame in place of many."""
    async with Stage(ring_frames=5) as stage:
        session = await stage.open()
        frames = stage.hub.watch(session.id)
        await anext(frames)
        await stage.log.append(SHOP, [entry("first", name="Home")])
        slow = asyncio.ensure_future(anext(frames))
        await stage.clock.advance(0.1)
        assert slow.done()
        for number in range(50):
            await stage.log.append(SHOP, [entry(f"m{number}", name="Home")])
            await stage.clock.advance(0.05)
        (shared,) = stage.hub._feeds.feed_for(SHOP).views.values()  # type: ignore[union-attr]
        assert len(shared.buffer._buffered) == 5
        merged = (await anext(frames)).frame
        assert isinstance(merged, Batch)
        assert merged.counts == {"u-Home": 50}
        await frames.aclose()


async def test_silence_is_reported() -> None:
    """HUB-23: a heartbeat with the ledger comes at least every 15 s, and is shared by
    all viewers.
    """
    async with Stage() as stage:
        one, two = await stage.read(await stage.open()), await stage.read(await stage.open())
        stage.doors["web"] = IngestCounters(received=9, taken=9)
        await stage.clock.advance(31.5)
        assert one.ops == ["hello", "beat", "beat"]
        assert one.got[1] is two.got[1]
        beat = one.got[1].frame
        assert isinstance(beat, Heartbeat)
        assert beat.ledger == {"web": IngestCounters(received=9, taken=9)}
        assert beat.position == one.got[0].position


async def test_a_reloaded_graph_is_announced_and_watched_at_once() -> None:
    """HUB-35: when the graph's files change, the same viewers get a change frame and then frames of
    the new graph.
    """
    async with Stage() as stage:
        reader = await stage.read(await stage.open())
        await stage.log.append(SHOP, [entry("m1", name="Refund")])
        await stage.clock.advance(0.1)
        stage.graphs.put(graph("Home", "Refund", version="v2"))
        await stage.clock.advance(0.1)
        await stage.log.append(SHOP, [entry("m2", name="Refund")])
        await stage.clock.advance(0.1)
        assert reader.ops == ["hello", "batch", "change", "batch"]
        change = reader.got[2].frame
        assert isinstance(change, Change)
        assert change.graph_version == "v2"
        assert [batch.counts for batch in reader.batches] == [{}, {"u-Refund": 1}]


async def test_a_graph_that_vanishes_stays_lit() -> None:
    """HUB-35: its viewers keep its last version, and a change frame says so."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        stage.graphs.put()
        await stage.clock.advance(0.1)
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(0.1)
        assert reader.counts() == {"u-Home": 1}
        change = reader.got[1].frame
        assert isinstance(change, Change)
        assert change.posture.notes[-1].startswith("This graph is shown as it was")
        with pytest.raises(Problem, match="No such graph"):
            await stage.open()


async def test_off_ends_the_stream_and_empties_the_log() -> None:
    """HUB-13: closing says bye without a time to come back; with the channel's last session nothing is kept."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.hub.close(session.id)
        await stage.hub.close(session.id)
        await stage.clock.advance(0.1)
        bye = reader.got[-1].frame
        assert isinstance(bye, Close)
        assert bye.retry_after is None
        assert not stage.log.watched(SHOP)
        with pytest.raises(Problem) as gone:
            await anext(stage.hub.watch(session.id))
        assert gone.value.code == "gone"


async def test_a_stopping_process_says_bye_spread_over_time() -> None:
    """HUB-13: every stream ends with a bye whose retry_after differs, and nothing new opens."""
    async with Stage() as stage:
        readers = [await stage.read(await stage.open()) for _ in range(5)]
        stage.hub.drain()
        stage.hub.drain()
        await stage.clock.advance(0)
        byes = [reader.got[-1].frame for reader in readers]
        times = {bye.retry_after for bye in byes if isinstance(bye, Close)}
        assert len(times) > 1
        assert all(0.5 <= time <= 3 for time in times if time is not None)
        with pytest.raises(Problem) as refused:
            await stage.open()
        assert refused.value.code == "unavailable"


async def test_streams_and_polls_keep_a_session_alive_and_silence_ends_it() -> None:
    """HUB-13: a lease lasts five minutes from the last sign of its viewer."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.clock.advance(700)
        assert stage.log.watched(SHOP)
        await reader.stop()
        for _ in range(6):
            await stage.clock.advance(100)
            await stage.hub.poll(session.id, Position.parse(reader.got[0].position), 0)
        assert stage.log.watched(SHOP)
        await stage.clock.advance(310)
        assert not stage.log.watched(SHOP)
        assert stage.hub._registry.all() == []


async def test_a_poll_gives_what_is_there_or_waits() -> None:
    """HUB-15: frames that are there come at once; else the first that comes in time; else none, and the position stands."""
    async with Stage() as stage:
        session = await stage.open()
        frames, at = await stage.hub.poll(session.id, None, 0)
        assert [type(one.frame) for one in frames] == [Hello]
        waiting = asyncio.create_task(stage.hub.poll(session.id, Position.parse(at), 10))
        await stage.clock.advance(2)
        assert not waiting.done()
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(0.1)
        frames, after = waiting.result()
        assert [one.frame.counts for one in frames if isinstance(one.frame, Batch)] == [
            {"u-Home": 1}
        ]
        empty = asyncio.create_task(stage.hub.poll(session.id, Position.parse(after), 3))
        await stage.clock.advance(3.1)
        assert empty.result() == ([], after)


async def test_a_followed_trace_is_never_thinned_and_brings_its_past() -> None:
    """HUB-16: following carries every event of the trace from here on, and what the log holds of it since On."""
    async with Stage(policy=Policy(carried_per_second=1, log_entries=10_000)) as stage:
        session = await stage.open()
        reader = await stage.read(session)
        followed = (Token("userId", "k1.followed"),)
        await stage.log.append(
            SHOP, [*entries(1, 200, name="Home"), entry("past", name="Cart", traces=followed)]
        )
        await stage.clock.advance(0.2)
        await stage.hub.follow(session.id, "k1.followed")
        await stage.clock.advance(0.1)
        past = reader.batches[-1]
        assert [event.id for event in past.events] == ["past"]
        assert (past.from_, past.counts, past.ledger.offered) == (past.position, {}, 0)
        await stage.log.append(
            SHOP,
            [
                *entries(300, 500, name="Home"),
                *(entry(f"f{n}", name="Cart", traces=followed) for n in range(9)),
            ],
        )
        await stage.clock.advance(0.2)
        carried = [event.id for event in reader.batches[-1].events]
        assert [id for id in carried if id.startswith("f")] == [f"f{n}" for n in range(9)]
        with pytest.raises(Problem, match="Too many traces"):
            await stage.hub.change(session.id, follows=[f"k1.{n:04}" for n in range(21)])


async def test_a_changed_filter_moves_the_viewer_at_its_position() -> None:
    """HUB-17: the stream goes on in another view, without a seam."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(0.1)
        await stage.hub.change(session.id, filter="event:Cart")
        await stage.log.append(SHOP, [entry("m2", name="Home"), entry("m3", name="Cart")])
        await stage.clock.advance(0.1)
        assert reader.counts() == {"u-Home": 1, "u-Cart": 1}
        assert reader.batches[1].from_ == reader.batches[0].position
        assert reader.batches[1].ledger.filtered == 1


async def test_a_filter_on_a_property_that_is_not_shown_is_refused() -> None:
    """ACC-20: what it matches would tell the value."""
    async with Stage(policy=Policy(properties=("*",), deny=("salary",))) as stage:
        for filter in ("salary>1000", "properties.salary?", "-salary:1"):
            with pytest.raises(Problem) as refused:
                await stage.open(filter=filter)
            assert refused.value.code == "forbidden"
        session = await stage.open(filter="price>10")
        with pytest.raises(Problem):
            await stage.hub.change(session.id, filter="salary>1")


async def test_distinct_filters_are_bounded() -> None:
    """HUB-17: beyond the bound a filter runs in the browser, and the posture says so."""
    async with Stage(filters_per_channel=3) as stage:
        readers = [
            await stage.read(await stage.open(filter=f"device:d{number}")) for number in range(4)
        ]
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(0.1)
        postures = [reader.got[0].frame.posture for reader in readers]  # type: ignore[union-attr]
        assert [posture.filtered for posture in postures] == [
            "server",
            "server",
            "server",
            "browser",
        ]
        assert readers[3].counts() == {"u-Home": 1}
        assert postures[3].notes


async def test_sessions_and_streams_are_bounded() -> None:
    """HUB-16: a person who holds too many is refused, with what to do."""
    async with Stage(sessions_per_person=2, streams_per_person=1) as stage:
        session = await stage.open()
        await stage.open()
        with pytest.raises(Problem) as refused:
            await stage.open()
        assert refused.value.code == "rate_limited"
        await stage.open(person="bob")
        await stage.read(session)
        second = await stage.read(session)
        assert second.failed is not None
        assert second.failed.code == "rate_limited"


async def test_a_deleted_person_is_forgotten_everywhere() -> None:
    """HUB-20: a delete in the log takes the person's entries from it and tells every view."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        person = (Token("userId", "k1.person"),)
        await stage.log.append(SHOP, [entry("m1", name="Home", traces=person)])
        await stage.clock.advance(0.1)
        await stage.log.append(
            SHOP, [entry("m2", type="delete", name="delete", names=(), forgets=("k1.person",))]
        )
        await stage.clock.advance(0.1)
        assert reader.ops[:4] == ["hello", "batch", "batch", "forget"]
        assert set(reader.ops[4:]) <= {"forget"}, "once more does no harm"
        assert reader.got[-1].frame == Forget(tokens=("k1.person",))
        late = await stage.read(session, after=session.position)
        await stage.clock.advance(0.1)
        assert b"k1.person" not in b"".join(
            one.json for one in late.got if not isinstance(one.frame, Forget)
        )
        assert late.ops == ["hello", "batch", "forget", *late.ops[3:]], (
            "who comes late has frames of theirs too"
        )
        assert late.counts() == reader.counts() == {"u-Home": 1}, "it counts for both"
        assert (late.batches[0].ledger.filtered, late.batches[0].ledger.forgotten) == (0, 1)


async def test_viewers_of_one_view_count_alike_whenever_they_read() -> None:
    """HUB-6, HUB-20: counts agree before and after a delete, from On or from any event, through a
    filter too.
    """
    for filter in ("", "is:unmapped", "Home"):
        async with Stage() as stage:
            session = await stage.open(filter=filter)
            early = await stage.read(session)
            places = [session.position]
            for number, name in enumerate(("Home", "Stray", "Home", "Cart", "Home")):
                person = "k1.person" if number != 3 else "k1.other"
                await stage.log.append(
                    SHOP, [entry(f"m{number}", name=name, traces=(Token("userId", person),))]
                )
                await stage.clock.advance(0.1)
                places.append(early.got[-1].position)
            await stage.log.append(
                SHOP,
                [entry("gone", type="delete", name="delete", names=(), forgets=("k1.person",))],
            )
            await stage.clock.advance(0.1)
            batches = early.batches
            for number, place in enumerate(places):
                late = await stage.read(session, after=place)
                await stage.clock.advance(0.1)
                for told in ("counts", "unmapped"):
                    sums = [
                        sum((Counter(getattr(one, told)) for one in some), Counter())
                        for some in (batches[number:], late.batches)
                    ]
                    assert sums[0] == sums[1], (filter, number, told)
                assert not {event.id for one in late.batches for event in one.events} & {
                    "m0",
                    "m1",
                    "m2",
                    "m4",
                }
                assert sum(one.ledger.missed for one in late.batches) == 0
                assert filter or sum(one.ledger.filtered for one in late.batches) == 0


async def test_a_person_whom_the_door_forgot_is_forgotten_in_live_views() -> None:
    """HUB-20: the door clears the log and tells the hub, which tells the viewers."""
    async with Stage() as stage:
        reader = await stage.read(await stage.open())
        stage.feeds.forget(SHOP, frozenset({"k1.b", "k1.a"}))
        await stage.clock.advance(0.1)
        assert reader.got[-1].frame == Forget(tokens=("k1.a", "k1.b"))


async def test_a_lost_log_is_a_gap_for_all() -> None:
    """HUB-7: if the log began another life, viewers get a gap of unknown size."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.log.release_lease(SHOP, session.id)
        await stage.log.acquire_lease(SHOP, session.id, 60)
        await stage.clock.advance(2)
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(0.1)
        gap = next(one.frame for one in reader.got if isinstance(one.frame, Gap))
        assert (gap.missed, gap.reason) == (None, "epoch")
        assert reader.counts() == {"u-Home": 1}


async def test_off_and_on_again_in_one_tick_begins_anew() -> None:
    """HUB-7: the new session stands in the log's new life, and never goes back to the old one."""
    async with Stage() as stage:
        session = await stage.open()
        await stage.read(session)
        await stage.clock.advance(0.5)
        await stage.hub.close(session.id)
        again = await stage.open()
        reader = Reader(stage.hub, again)
        stage.readers.append(reader)
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(2)
        assert reader.counts() == {"u-Home": 1}
        assert {one.end.epoch for one in reader.got} == {Position.parse(again.position).epoch}  # type: ignore[union-attr]
        at = again.position
        for batch in reader.batches:
            assert batch.from_ == at
            at = batch.position


async def test_revoking_ends_a_persons_streams() -> None:
    """ACC-17: a person who lost the right to watch gets a bye; other people's streams go on."""
    async with Stage() as stage:
        ann, bob = (
            await stage.read(await stage.open()),
            await stage.read(await stage.open(person="bob")),
        )
        await stage.hub.revoke("ann")
        await stage.clock.advance(0.1)
        assert (ann.ops[-1], bob.ops[-1]) == ("bye", "hello")


async def test_an_unknown_graph_or_session_is_refused() -> None:
    """HUB-1: the problem says which is unknown."""
    async with Stage() as stage:
        with pytest.raises(Problem, match="No such graph"):
            await stage.hub.open(SHOP, "nowhere", "ann")
        for id in ("unknown", "x" * 5000):
            with pytest.raises(Problem) as gone:
                await stage.hub.session(id)
            assert gone.value.code == "gone"
