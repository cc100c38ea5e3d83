"""Checks the permission of everyone who watches again, so that a revoked one ends within 30 s."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from itertools import count

import msgspec

from dagnet_realtime.core.viewer_tokens import LapsedTokenProblem
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.frame import Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.request import Authenticator, AuthRequest
from dagnet_realtime.web.auth.session import authorised_session

ROUND_SECONDS = 12.0
"""Between two rounds. A provider's answer counts for 15 s and takes up to 3 s: 30 s in all."""
ANSWER_SECONDS = 3.5  # timeout of one check
CONCURRENCY = 200  # checks at the same time
MAX_RELAYED = 20_000  # sessions at relays; as many as a process may have
REVOKED = "revoked: you may no longer watch this"
LAPSED = "lapsed: your access token has lapsed; go on with a new one"
RENEWAL_SECONDS = 15.0
"""How long a subscription at a relay waits for a new token. With a round of 12 s that is 30 s."""
UNSURE = "your permission cannot be confirmed"


class WatchedRequest(msgspec.Struct, frozen=True):
    """One stream, or one session at a relay, and the request that it began with.

    `stream` is the stream's number in this process, None for a session at a relay.
    """

    session_id: str
    request: AuthRequest
    stream: int | None = None

    @property
    def relayed(self) -> bool:
        """Whether it is a session at a relay."""
        return self.stream is None


class Reauthorizer:
    """Knows which streams and relayed sessions are open. `run` is a task of the process."""

    def __init__(self, hub: Hub, access: Authenticator, clock: Clock, audit: Audit) -> None:
        self._hub = hub
        self._access = access
        self._clock = clock
        self._audit = audit
        self._streams: dict[int, WatchedRequest] = {}
        self._relayed: OrderedDict[str, WatchedRequest] = OrderedDict()
        self._numbers = count()

    @contextlib.contextmanager
    def streaming(self, session_id: str, request: AuthRequest) -> Iterator[int]:
        """A stream is open inside the `with` block; its number, which the hub has to know."""
        number = next(self._numbers)
        self._streams[number] = WatchedRequest(session_id, request, number)
        try:
            yield number
        finally:
            del self._streams[number]

    def relayed(self, session_id: str, request: AuthRequest) -> None:
        """The session is at a relay from now on, until it ends."""
        self._relayed[session_id] = WatchedRequest(session_id, request)
        self._relayed.move_to_end(session_id)
        while len(self._relayed) > MAX_RELAYED:
            self._relayed.popitem(last=False)

    async def run(self) -> None:
        """Rounds until it is cancelled."""
        while True:
            await self._clock.sleep(ROUND_SECONDS)
            await self.run_once()

    async def run_once(self) -> None:
        """One round over all streams and relayed sessions."""
        slots = asyncio.Semaphore(CONCURRENCY)
        lapsed: list[tuple[WatchedRequest, float]] = []

        async def one(watched: WatchedRequest) -> None:
            async with slots:
                try:
                    await self._check(watched)
                except LapsedTokenProblem as problem:
                    lapsed.append((watched, problem.seconds))

        watches = [*self._streams.values(), *self._relayed.values()]
        await asyncio.gather(*(one(watched) for watched in watches))
        for watched, seconds in lapsed:
            await self._lapsed(watched, seconds)

    async def _check(self, watched: WatchedRequest) -> None:
        """Ends what the request may no longer have; raises `LapsedTokenProblem`."""
        session: WatchSession | None = None
        try:
            session = await self._hub.session(watched.session_id)
            async with asyncio.timeout(ANSWER_SECONDS):
                person = await self._access.person(watched.request)
            session = await authorised_session(self._hub, watched.session_id, person)
            if watched.relayed:
                await self._hub.relay_manager.confirm(session)
        except LapsedTokenProblem:
            raise
        except Problem as problem:
            await self._lost(watched, session, problem.code)
        except Exception:  # noqa: BLE001  # a timeout, too: the permission is not confirmed
            await self._lost(watched, session, "unavailable")

    async def _lapsed(self, watched: WatchedRequest, seconds: float) -> None:
        """Ends the stream, or the subscription unless the session has come with a new token.

        The session and its other streams stay; a subscription is given time to be renewed.
        """
        if watched.relayed:
            if seconds > RENEWAL_SECONDS and self._relayed.get(watched.session_id) == watched:
                del self._relayed[watched.session_id]
                await self._hub.relay_manager.dismiss(watched.session_id)
        else:
            self._hub.authorization.close_streams(
                watched.session_id, Close(reason=LAPSED, retry_after=0.0), watched.stream
            )

    async def _lost(self, watched: WatchedRequest, session: WatchSession | None, code: str) -> None:
        """Fails closed: a revoked session ends; one that is not confirmed may reconnect."""
        if session is None or code == "gone":
            self._relayed.pop(watched.session_id, None)
            if session is None and code == "unavailable":
                self._hub.authorization.close_streams(
                    watched.session_id, Close(reason=UNSURE, retry_after=10.0)
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
        if code == "unavailable" and not watched.relayed:
            self._hub.authorization.close_streams(
                session.id, Close(reason=UNSURE, retry_after=10.0)
            )
            return
        with contextlib.suppress(Problem):
            await self._hub.close(session.id, UNSURE if code == "unavailable" else REVOKED)
        if watched.relayed:
            self._relayed.pop(watched.session_id, None)
            await self._hub.relay_manager.sweep()
