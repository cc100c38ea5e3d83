"""One viewer's way through the frames."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from dagnet_realtime.hub.feed import MAX_IDLE_VIEWS
from dagnet_realtime.hub.subscriber import MAX_ANSWER_BYTES
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, Gap, Heartbeat, Hello
from dagnet_realtime.model.workspace import Policy
from tests.hub.stage import SHOP, Stage, graph
from tests.support.entries import entries, entry
from tests.support.tries import tries

STEP = st.tuples(st.integers(0, 30), st.sampled_from([0.0, 0.01, 0.06, 2.0, 45.0]), st.booleans())


@tries(40)
@given(st.lists(STEP, max_size=15), st.integers(1, 8))
async def test_however_a_viewer_comes_and_goes_every_entry_is_counted_once_or_missed(
    steps: list[tuple[int, float, bool]], ring: int
) -> None:
    """HUB-7: frames and gaps cover all positions since On, each exactly once."""
    async with Stage(ring_frames=ring) as stage:
        session = await stage.open()
        at, counted, missed, offered = session.position, 0, 0, 0
        reader = await stage.read(session)
        for number, seconds, hang_up in [*steps, (1, 1.0, True)]:
            await stage.log.append(SHOP, entries(offered, offered + number - 1, name="Home"))
            offered += number
            await stage.clock.advance(seconds)
            if not hang_up:
                continue
            await stage.clock.advance(0.1)
            await reader.stop()
            for one in reader.got:
                match one.frame:
                    case Batch() as batch:
                        assert batch.from_ == at
                        at = batch.position
                        counted += batch.counts.get("u-Home", 0)
                    case Gap() as gap:
                        assert gap.from_ == at
                        at = gap.to
                        missed += gap.missed or 0
            reader = await stage.read(session, after=at)
        assert counted + missed == offered


async def test_a_poll_gets_a_heartbeat_once() -> None:
    """HUB-15: a heartbeat, which moves no position, is given to one poll only; the next one waits
    again.
    """
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.clock.advance(16)
        beats, position = await stage.hub.poll(session.id, reader.got[0].end, 0)
        assert [type(frame.frame) for frame in beats] == [Heartbeat]
        assert position == str(reader.got[0].end)
        assert (await stage.hub.poll(session.id, beats[-1].end, 0))[0] == []
        await stage.log.append(SHOP, entries(0, 0, name="Home"))
        await stage.clock.advance(1)
        later, _ = await stage.hub.poll(session.id, beats[-1].end, 0)
        assert [type(frame.frame) for frame in later] == [Batch]


async def test_a_poll_is_given_what_the_log_holds_before_the_feed_has_read_it() -> None:
    """HUB-15, HUB-7: entries come at once, each exactly once, though the feed brings them later."""
    async with Stage() as stage:
        session = await stage.open()
        _, at = await stage.hub.poll(session.id, Position.parse(session.position), 0)
        counted = 0
        for number in range(6):
            await stage.log.append(SHOP, entries(2 * number, 2 * number + 1, name="Home"))
            frames, at = await stage.hub.poll(session.id, Position.parse(at), 0)
            counted += sum(
                one.frame.counts["u-Home"] for one in frames if isinstance(one.frame, Batch)
            )
            assert counted == 2 * number + 2
            await stage.clock.advance(number % 3 * 0.03)
        await stage.clock.advance(1)
        frames, _ = await stage.hub.poll(session.id, Position.parse(at), 0)
        assert not [one for one in frames if isinstance(one.frame, Batch)]


OTHER = graph("Cart", "Search", name="search", version="v2")
SWITCH = st.lists(
    st.tuples(
        st.sampled_from(["Home", "Cart", "Search", "Elsewhere"]),
        st.integers(1, 40),
        st.sampled_from([0.0, 0.3, 2.0]),
    ),
    max_size=20,
)


@tries(40)
@given(SWITCH, st.integers(1, 20), st.sampled_from([20, 1000]), st.booleans())
async def test_another_graph_counts_what_the_log_holds_since_on(
    past: list[tuple[str, int, float]], ring: int, size: int, polls: bool
) -> None:
    """HUB-35, HUB-7: past seconds are counted exactly, each apart with its age; a dropped past is a
    gap, and new events count as usual.
    """
    policy = Policy(log_entries=size)
    async with Stage(
        graph("Home", "Cart"), OTHER, policy=policy, ring_frames=ring, idle_view=1.0
    ) as stage:
        session = await stage.open()
        reader = await stage.read(session)
        sent: list[tuple[str, int]] = []
        for name, number, seconds in past:
            now = stage.clock.now()
            await stage.log.append(
                SHOP,
                entries(len(sent), len(sent) + number - 1, name=name, arrived_at=now),
            )
            sent += [(name, now)] * number
            await stage.clock.advance(seconds)
        moved = await stage.hub.change(session.id, graph="search")
        await stage.clock.advance(0)
        assert (moved.graph, moved.id) == ("search", session.id)
        if past:
            assert "change" in reader.ops
        await reader.stop()
        if polls:
            at = Position.parse(session.position)
            frames = []
            while (answer := await stage.hub.poll(session.id, at, 0))[0]:
                frames += [one.frame for one in answer[0]]
                at = Position.parse(answer[1])
        else:
            again = await stage.read(moved, after=session.position)
            await stage.clock.advance(0.1)
            frames = [one.frame for one in again.got]
        now = stage.clock.now()
        missed = sum(one.missed or 0 for one in frames if isinstance(one, Gap))
        assert missed == max(0, len(sent) - size)
        at_text, held = session.position, sent[missed:]
        for frame in frames:
            if isinstance(frame, Gap):
                assert frame.from_ == at_text
                at_text = frame.to
            if not isinstance(frame, Batch):
                continue
            assert frame.from_ == at_text
            at_text = frame.position
            part, held = held[: frame.ledger.offered], held[frame.ledger.offered :]
            for node in ("Cart", "Search"):
                assert frame.counts.get(f"u-{node}", 0) == [name for name, _ in part].count(node)
            newest = max(arrived for _, arrived in part)
            if frame.age_ms is UNSET:
                assert now - newest < 1200
            else:
                assert abs(now - newest - frame.age_ms) <= 200
                assert newest - min(arrived for _, arrived in part) < 1000
        assert not held


async def test_a_person_who_is_deleted_meanwhile_is_not_carried() -> None:
    """HUB-20, HUB-35: what was read of the log before is read again."""
    async with Stage(graph("Home"), graph("Home", name="other"), ring_frames=1) as stage:
        session = await stage.open()
        for number in range(5):
            await stage.log.append(SHOP, [entry(f"m{number}", arrived_at=stage.clock.now())])
            await stage.clock.advance(2)
        frames = stage.hub.watch(session.id, Position.parse(session.position))
        assert isinstance((await anext(frames)).frame, Hello)
        assert isinstance((await anext(frames)).frame, Batch)
        gone = frozenset({"k1.m3"})
        await stage.log.forget(SHOP, gone)
        stage.feeds.forget(SHOP, gone)
        told = b""
        while b'"op":"forget"' not in told:
            told += (await anext(frames)).json
        await frames.aclose()
        assert told.count(b'"k1.m3"') == 1
        assert told.count(b'"k1.m') == 4


async def test_a_session_leaves_few_views_behind() -> None:
    """HUB-35: it has one at a time; those without viewers are bounded, and the oldest go."""
    names = [f"g{number}" for number in range(80)]
    async with Stage(graph("Home"), *(graph("Home", name=name) for name in names)) as stage:
        session = await stage.open()
        await stage.read(session)
        for name in names:
            await stage.hub.change(session.id, graph=name)
            await stage.clock.advance(0.01)
        feed = stage.feeds.feed_for(SHOP)
        assert feed is not None
        assert len(feed.views) <= MAX_IDLE_VIEWS + 1
        assert any(key.graph == "g79" for key in feed.views)


async def test_a_long_past_comes_in_several_answers() -> None:
    """HUB-15, HUB-35: a poll answers with about a megabyte, and the next one goes on."""
    wide = {f"property{number}": "x" * 200 for number in range(20)}
    policy = Policy(properties=tuple(wide), carried_per_second=1000)
    async with Stage(policy=policy) as stage:
        session = await stage.open()
        for second in range(10):
            await stage.log.append(
                SHOP,
                entries(
                    second * 60,
                    second * 60 + 59,
                    name="Home",
                    arrived_at=stage.clock.now(),
                    properties=wide,
                ),
            )
            await stage.clock.advance(1)
        at, sizes, counted = Position.parse(session.position), [], 0
        while True:
            frames, text = await stage.hub.poll(session.id, at, 0)
            at = Position.parse(text)
            if not any(isinstance(one.frame, Batch) for one in frames):
                break
            sizes.append(sum(len(one.json) for one in frames))
            counted += sum(
                one.frame.counts["u-Home"] for one in frames if isinstance(one.frame, Batch)
            )
        assert counted == 600
        assert len(sizes) > 1
        assert max(sizes) < 1.5 * MAX_ANSWER_BYTES
