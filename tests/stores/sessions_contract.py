"""What every store of watch sessions promises."""

from collections.abc import Awaitable, Callable

import msgspec

from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import SessionStore


class SessionsStage:
    """A fresh store and its time; `unit` is what the contract calls a second."""

    def __init__(
        self, store: SessionStore, pass_time: Callable[[float], Awaitable[None]], unit: float = 1.0
    ) -> None:
        self.store = store
        self.unit = unit
        self._pass_time = pass_time

    async def pass_time(self, units: float) -> None:
        await self._pass_time(units * self.unit)


def session(id: str, person: str = "ann", env: str = "prod") -> WatchSession:
    return WatchSession(
        id=id,
        channel=Channel("shop", env),
        graph="checkout",
        person=person,
        started_at=1,
        position="e.0",
        follows=("k1.a",),
    )


class SessionsContract:
    """Inherit, and give a fixture `stage`."""

    async def test_a_session_comes_back_as_saved(self, stage: SessionsStage) -> None:
        """HUB-13: a save stores a session, and another one replaces it."""
        await stage.store.save(session("a"), 10 * stage.unit)
        assert await stage.store.load("a") == session("a")
        changed = msgspec.structs.replace(session("a"), filter="type:track")
        await stage.store.save(changed, 10 * stage.unit)
        assert await stage.store.load("a") == changed
        assert await stage.store.list_active() == [changed]

    async def test_a_session_lapses(self, stage: SessionsStage) -> None:
        """HUB-13: a session lives for its ttl from its last save."""
        await stage.store.save(session("a"), 4 * stage.unit)
        await stage.store.save(session("b"), 20 * stage.unit)
        await stage.pass_time(5)
        assert await stage.store.load("a") is None
        assert await stage.store.list_active() == [session("b")]

    async def test_a_dropped_session_is_gone(self, stage: SessionsStage) -> None:
        """HUB-13: a session is gone after a delete; a second delete does no harm."""
        await stage.store.save(session("a"), 10 * stage.unit)
        await stage.store.delete("a")
        await stage.store.delete("a")
        assert await stage.store.load("a") is None
        assert await stage.store.load("never") is None

    async def test_a_person_and_a_channel_have_a_bounded_number_of_sessions(
        self, stage: SessionsStage
    ) -> None:
        """HUB-16: one session more is not saved; its store says how many there are already."""
        opened, ttl = stage.store.open, 10 * stage.unit
        assert await opened(session("a"), ttl, 2, 3) is None
        assert await opened(session("b"), ttl, 2, 3) is None
        assert await opened(session("c"), ttl, 2, 3) == (2, 2)
        assert await opened(session("c", "bob"), ttl, 2, 3) is None
        assert await opened(session("d", "cyd"), ttl, 2, 3) == (0, 3)
        assert await opened(session("d", "cyd", "dev"), ttl, 2, 3) is None
        assert await stage.store.load("d") == session("d", "cyd", "dev")
        await stage.store.delete("a")
        assert await opened(session("e"), ttl, 2, 3) is None
