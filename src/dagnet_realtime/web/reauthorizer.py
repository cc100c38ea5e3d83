"""Asks again, while somebody watches, whether they still may: at least every 30 s, and whoever cannot be confirmed is sent away."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from itertools import count

import msgspec

from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.frame import Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.request import Authenticator, AuthRequest
from dagnet_realtime.web.auth.session import authorised_session

ROUND_SECONDS = 12.0  # between two rounds; with a provider's word believed for 15 s and 3 s to answer, 30 s are never passed
ANSWER_SECONDS = 3.5  # after which a person counts as not confirmed
AT_ONCE = 200  # persons asked about at the same time
MOST_RELAYED = 20_000  # sessions that a provider carries; as many as a process may have
REVOKED = "revoked: you may no longer watch this"
UNSURE = "your permission cannot be confirmed"


class WatchedRequest(msgspec.Struct, frozen=True):
    """One stream, or one session at a relay, and the request that was let in for it."""

    session_id: str
    asked: AuthRequest
    relayed: bool


class Reauthorizer:
    """The only place that knows which requests are still being answered. `run` is a task of the process."""

    def __init__(self, hub: Hub, access: Authenticator, clock: Clock, audit: Audit) -> None:
        self._hub = hub
        self._access = access
        self._clock = clock
        self._audit = audit
        self._streams: dict[int, WatchedRequest] = {}
        self._relayed: OrderedDict[str, WatchedRequest] = OrderedDict()
        self._numbers = count()

    @contextlib.contextmanager
    def streaming(self, session_id: str, asked: AuthRequest) -> Iterator[None]:
        """A stream is open while the context is."""
        number = next(self._numbers)
        self._streams[number] = WatchedRequest(session_id, asked, relayed=False)
        try:
            yield
        finally:
            del self._streams[number]

    def relayed(self, session_id: str, asked: AuthRequest) -> None:
        """A provider carries the session from here on, until it ends."""
        self._relayed[session_id] = WatchedRequest(session_id, asked, relayed=True)
        self._relayed.move_to_end(session_id)
        while len(self._relayed) > MOST_RELAYED:
            self._relayed.popitem(last=False)

    async def run(self) -> None:
        """Rounds until it is cancelled."""
        while True:
            await self._clock.sleep(ROUND_SECONDS)
            await self.run_once()

    async def run_once(self) -> None:
        """One round: everybody who watches, some at the same time."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(watch: WatchedRequest) -> None:
            async with room:
                await self._check(watch)

        watches = [*self._streams.values(), *self._relayed.values()]
        await asyncio.gather(*(one(watch) for watch in dict.fromkeys(watches)))

    async def _check(self, watch: WatchedRequest) -> None:
        session: WatchSession | None = None
        try:
            session = await self._hub.session(watch.session_id)
            async with asyncio.timeout(ANSWER_SECONDS):
                person = await self._access.person(watch.asked)
            session = await authorised_session(self._hub, watch.session_id, person)
            if watch.relayed:
                await self._hub.relay_manager.confirm(session)
        except Problem as problem:
            await self._lost(watch, session, problem.code)
        except Exception:  # noqa: BLE001  # whatever it was, nobody has confirmed the permission; a timeout is one of them
            await self._lost(watch, session, "unavailable")

    async def _lost(self, watch: WatchedRequest, session: WatchSession | None, code: str) -> None:
        """Fails closed: a revoked person's session ends, one that cannot be confirmed may come back and ask."""
        if session is None or code == "gone":
            self._relayed.pop(watch.session_id, None)
            if session is None and code == "unavailable":
                self._hub.authorization.close_streams(
                    watch.session_id, Close(reason=UNSURE, retry_after=10.0)
                )
            return
        self._audit.record(
            "revoked",
            session.shown,
            session.channel,
            graph=session.graph,
            session=session.id,
            why=code,
        )
        if code == "unavailable" and not watch.relayed:
            self._hub.authorization.close_streams(
                session.id, Close(reason=UNSURE, retry_after=10.0)
            )
            return
        with contextlib.suppress(Problem):
            await self._hub.close(session.id, UNSURE if code == "unavailable" else REVOKED)
        if watch.relayed:
            self._relayed.pop(watch.session_id, None)
            await self._hub.relay_manager.sweep()
