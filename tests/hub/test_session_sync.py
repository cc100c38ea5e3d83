"""Two processes' hubs over one store."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest

from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.frame import Batch, Close, Gap
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.stores.memory import MemorySessionStore
from tests.hub.stage import SHOP, Reader, Stage
from tests.support.entries import entries, entry


class SharedSessions(MemorySessionStore):
    """Sessions of several hubs: `deaf` loses all news, `wipe` is a store that lost everything, `shook` one that may have."""

    deaf = False
    shook = False

    def __init__(self, clock: object) -> None:
        super().__init__(clock)  # type: ignore[arg-type]
        self._ended: set[str] = set()
        self._listeners: list[asyncio.Queue[str]] = []

    async def save(self, session: WatchSession, ttl: float) -> None:
        if session.id in self._ended:
            raise Problem("gone", "This watch session has ended")
        changed = await self.load(session.id) not in (None, session)
        await super().save(session, ttl)
        if changed:
            self._tell(session.id)

    async def delete(self, session_id: str) -> None:
        await super().delete(session_id)
        self._ended.add(session_id)
        self._tell(session_id)

    async def changes(self) -> AsyncIterator[str]:
        mine: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.append(mine)
        while True:
            yield await mine.get()

    async def were_ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(session_ids) & self._ended

    def recently_failed(self) -> bool:
        return self.shook

    def wipe(self) -> None:
        self._sessions.clear()
        self._ended.clear()

    def _tell(self, session_id: str) -> None:
        for listener in self._listeners:
            if not self.deaf:
                listener.put_nowait(session_id)


class Two:
    """The stage's hub and another one, which share log, sessions and time."""

    def __init__(self, stage: Stage, other: Hub, sessions: SharedSessions) -> None:
        self.stage = stage
        self.other = other
        self.sessions = sessions

    async def read(self, session: WatchSession) -> Reader:
        """A stream at the other hub."""
        reader = Reader(self.other, session)
        self.stage.readers.append(reader)
        await self.stage.clock.advance(0)
        return reader


@asynccontextmanager
async def two() -> AsyncIterator[Two]:
    stage = Stage(sessions=SharedSessions)
    sessions = stage.sessions
    assert isinstance(sessions, SharedSessions)
    context = msgspec.structs.replace(stage.context, tasks=asyncio.TaskGroup())
    other = Hub(context, FeedRegistry(context))
    async with stage, other:
        yield Two(stage, other, sessions)
        for reader in stage.readers:
            await reader.stop()


async def test_off_in_one_process_ends_the_streams_of_another() -> None:
    """HUB-50: they get a bye at once, without a time to come back."""
    async with two() as both:
        session = await both.stage.open()
        reader = await both.read(session)
        await both.stage.hub.close(session.id)
        await both.stage.clock.advance(0.1)
        bye = reader.got[-1].frame
        assert isinstance(bye, Close)
        assert bye.retry_after is None
        assert not both.stage.log.watched(SHOP)


async def test_news_that_was_missed_is_made_up_for() -> None:
    """HUB-50: the next round makes up for lost news, and a process that renews an ended session
    does not revive it.
    """
    async with two() as both:
        session = await both.stage.open()
        reader = await both.read(session)
        both.sessions.deaf = True
        await both.stage.hub.close(session.id)
        await both.stage.clock.advance(5.1)
        assert reader.ops[-1] == "bye"
        await both.stage.clock.advance(600)
        assert not both.stage.log.watched(SHOP)


async def test_a_filter_that_one_process_changes_holds_in_another() -> None:
    """HUB-50: the stream goes on at its position, in the other filter's view."""
    async with two() as both:
        session = await both.stage.open()
        reader = await both.read(session)
        await both.stage.log.append(SHOP, [entry("m1", name="Home")])
        await both.stage.clock.advance(0.1)
        await both.stage.hub.change(session.id, filter="event:Cart")
        await both.stage.clock.advance(0.1)
        await both.stage.log.append(SHOP, [entry("m2", name="Home"), entry("m3", name="Cart")])
        await both.stage.clock.advance(0.2)
        assert reader.counts() == {"u-Home": 1, "u-Cart": 1}


async def test_a_trace_that_one_process_follows_is_carried_by_another_with_its_past() -> None:
    """HUB-50: what the log holds of it comes along."""
    async with two() as both:
        session = await both.stage.open()
        reader = await both.read(session)
        await both.stage.log.append(SHOP, entries(1, 3, name="Home"))
        await both.stage.clock.advance(0.1)
        await both.stage.hub.follow(session.id, "k1.m2")
        await both.stage.clock.advance(0.1)
        await both.stage.log.append(SHOP, [entry("m9", name="Cart")])
        await both.stage.clock.advance(0.2)
        past = [batch for batch in reader.batches if batch.from_ == batch.position]
        assert [[event.id for event in batch.events] for batch in past] == [["m2"]]


async def test_a_store_that_lost_everything_costs_a_gap_and_no_session() -> None:
    """LOG-55: sessions with viewers here are restored within a second, at a gap of unknown size."""
    async with two() as both:
        session = await both.stage.open()
        reader = await both.read(session)
        await both.stage.log.append(SHOP, [entry("m1", name="Home")])
        await both.stage.clock.advance(0.2)
        both.sessions.wipe()
        await both.stage.log.release_lease(SHOP, session.id)
        assert await both.stage.log.append(SHOP, [entry("m2", name="Home")]) == ["unwatched"]
        await both.stage.clock.advance(1.1)
        assert await both.stage.log.append(SHOP, [entry("m3", name="Cart")]) == ["taken"]
        await both.stage.clock.advance(1.1)
        gap = next(sent.frame for sent in reader.got if isinstance(sent.frame, Gap))
        assert (gap.missed, gap.reason) == (None, "epoch")
        last = reader.got[-1].frame
        assert isinstance(last, Batch)
        assert last.counts == {"u-Cart": 1}
        assert (await both.other.session(session.id)).id == session.id


async def test_a_viewer_between_two_connections_keeps_its_session_where_it_is_known() -> None:
    """LOG-55: a process that served it restores it; one that never did answers that it is gone."""
    async with two() as both:
        session = await both.stage.open()
        both.sessions.wipe()
        assert (await both.stage.hub.session(session.id)).id == session.id
        both.sessions.wipe()
        with pytest.raises(Problem) as gone:
            await both.other.session(session.id)
        assert gone.value.code == "gone"


async def test_while_a_lost_store_is_filled_again_no_session_counts_as_gone() -> None:
    """LOG-55: a process that does not know a session asks to retry, and late news of it ends no
    stream.
    """
    async with two() as both:
        session = await both.stage.open()
        reader = await both.read(session)
        both.sessions.wipe()
        both.sessions.shook = True
        with pytest.raises(Problem) as later:
            await both.other.session("another")
        assert (later.value.code, later.value.retry_after) == ("unavailable", 1)
        both.sessions._tell(session.id)
        await both.stage.clock.advance(0.1)
        assert not any(isinstance(sent.frame, Close) for sent in reader.got)
        both.sessions.shook = False
        with pytest.raises(Problem) as gone:
            await both.other.session("another")
        assert gone.value.code == "gone"


async def test_a_viewer_between_two_connections_finds_its_session_at_a_process_that_never_served_it() -> (
    None
):
    """LOG-55: the next round of a process that served it restores it; an ended session stays ended,
    and one idle too long lapses.
    """
    async with two() as both:
        session, ended, old = (
            await both.stage.open(),
            await both.stage.open(),
            await both.stage.open(),
        )
        await both.stage.clock.advance(200)
        await both.stage.hub.session(session.id)
        line = both.stage.hub._registry.get(old.id)
        assert line is not None
        line.renewed_at = both.stage.clock.monotonic() - 301
        both.sessions.wipe()
        await both.sessions.delete(ended.id)
        await both.stage.clock.advance(5.1)
        assert (await both.other.session(session.id)).id == session.id
        for gone in (ended, old):
            with pytest.raises(Problem):
                await both.other.session(gone.id)
