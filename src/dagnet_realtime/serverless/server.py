"""The server for a runtime without a life of its own: everything is opened for one request, and nothing outlives its answer.

What must be remembered between requests is in Redis: the log, the sessions, the rates, the doors' ledgers, and how far a provider has
been told. What may be remembered by whichever process happens to live on is only what can be read again: the configuration and the graphs.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from dagnet_realtime import __version__
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.factories import (
    Grants,
    authenticator,
    function_channels,
    graph_sources,
    open_relays,
)
from dagnet_realtime.app.files import audit_file
from dagnet_realtime.app.store import is_shared
from dagnet_realtime.config.config import Config
from dagnet_realtime.config.load import load
from dagnet_realtime.config.urls import require_encrypted_relays
from dagnet_realtime.graphs.source import GraphSources
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import RevocationList, SessionStore
from dagnet_realtime.web.asgi import Receive, Scope, Send
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.responses import PROBLEM_TYPE, problem_body, retry_headers, send_response
from dagnet_realtime.web.routes.health import READY, Readiness
from dagnet_realtime.web.server import AppDependencies, create_app

if TYPE_CHECKING:
    from dagnet_realtime.stores.redis_connection import RedisConnection
    from dagnet_realtime.stores.redis_counters import RedisRequestCounters

STORED = ("/api/", "/segment/", "/v1/")  # beginnings of the paths whose routes ask the store
UNFIT_SECONDS = 30.0  # after which a deployment that cannot work may be asked again
LONGEST_SECONDS = 28.0  # of one request; platforms commonly cut at 30


class ColdState(msgspec.Struct, frozen=True):
    """What a process reads once."""

    config: Config
    workspaces: Sequence[Workspace]
    graphs: "StaticGraphSource"
    access: Authenticator


class StaticGraphSource:
    """A `GraphSource` that stands still during a request; it belongs to no loop, since each request may bring its own.

    Files are read once, for they do not change while a deployment lives; what comes from elsewhere is asked for again when it is old.
    """

    def __init__(self, graphs: GraphSources) -> None:
        self.catalogue = graphs.catalogue
        self._graphs = graphs

    async def freshen(self) -> None:
        """Reads what is due before a request is answered, for seconds at most."""
        if self._graphs.due:
            await asyncio.to_thread(self._graphs.refresh)

    async def changes(self) -> AsyncIterator[str]:
        """None."""
        await asyncio.Event().wait()
        yield ""


class Serverless:
    """An ASGI app. `environ` is where the configuration is found, as by every command; it is read with the first request."""

    def __init__(
        self,
        environ: Mapping[str, str],
        reading: Callable[[Mapping[str, str]], Config] | None = None,
    ) -> None:
        self._environ = environ
        self._reading = reading or (lambda given: load(None, given))
        self._clock = SystemClock()
        self._kept: ColdState | None = None
        self._fits = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; a deployment that cannot work says why in a problem."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                kept = self._reads()
                await kept.graphs.freshen()
                await self._serve(kept, scope, receive, send)
        except* Problem as problems:
            problem = _first(problems)
            await send_response(
                send, problem.status, [PROBLEM_TYPE, *retry_headers(problem)], problem_body(problem)
            )
        finally:
            _freeze_gc()

    def _reads(self) -> ColdState:
        try:
            return self._read()
        except Problem as problem:
            raise _unfit(problem) from None

    async def _look_at_store(self, calls: "RedisConnection", path: str) -> None:
        """Raises `Problem("unavailable")` if the store cannot keep our promises; looked at once, and by `/readyz` each time."""
        if path != READY.path and (self._fits or not path.startswith(STORED)):
            return
        from dagnet_realtime.stores.redis_connection import check_redis

        try:
            await check_redis(calls, self._clock)
        except Problem as problem:
            raise (problem if problem.code == "unavailable" else _unfit(problem)) from None
        self._fits = True

    def _read(self) -> ColdState:
        if self._kept is None:
            config = self._reading(self._environ)
            workspaces = config.workspaces
            _validate_config(config)
            graphs = StaticGraphSource(graph_sources(workspaces))
            access = authenticator(
                config,
                self._clock,
                Grants(config.access.grants),
                RequestRevocations(config.server.log, self._clock),
                secure=True,
            )
            self._kept = ColdState(config, workspaces, graphs, access)
        return self._kept

    async def _serve(self, kept: ColdState, scope: Scope, receive: Receive, send: Send) -> None:
        from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
        from dagnet_realtime.stores.redis_counters import RedisRateLimiter, RedisRequestCounters
        from dagnet_realtime.stores.redis_log import RedisLog
        from dagnet_realtime.stores.redis_relay_state import RedisRelayState
        from dagnet_realtime.stores.redis_sessions import RedisSessionStore

        config, workspaces, clock = kept.config, kept.workspaces, self._clock
        async with contextlib.AsyncExitStack() as stack:
            calls = RedisConnection(parse_redis_url(config.server.log))
            stack.push_async_callback(calls.aclose)
            await self._look_at_store(calls, scope["path"])
            sessions = RedisSessionStore(calls)
            log = RedisLog(calls, {one.channel: one.policy for one in workspaces}, clock, sessions)
            rates = RedisRateLimiter(calls)
            intake = Intake(
                workspaces, kept.graphs, log, clock, rates=rates, followed=FollowedTokens(sessions)
            )
            tally = RedisRequestCounters(calls, intake.ingest_counters)
            audit = Audit(stack.enter_context(audit_file(config.access)), clock)
            relays = await stack.enter_async_context(open_relays(workspaces, clock))
            published = function_channels(workspaces)
            context = HubContext(
                workspaces=workspaces,
                graphs=kept.graphs,
                log=log,
                sessions=sessions,
                counters=tally,
                clock=clock,
            )
            feeds = FeedRegistry(context)
            publisher = RelayPublisher(context, feeds.policy, RedisRelayState(calls), relays)
            hub = Hub(context, feeds, publisher)
            parts = AppDependencies(
                workspaces=workspaces,
                graphs=kept.graphs,
                hub=hub,
                intake=intake,
                access=kept.access,
                clock=clock,
                readiness=_ready(),
                public_url=config.server.public_url,
                version=__version__,
                audit=audit,
                rounds=Reauthorizer(hub, kept.access, clock, audit),
                push=False,
                rates=rates,
                connects=[origin for relay in relays.values() for origin in relay.limits.connects]
                + [one.connects for one in published.values()],
                functions=published,
            )
            async with hub:
                await create_app(parts)(
                    scope,
                    receive,
                    BeforeResponseEnd(
                        send, lambda: _flush_counters(tally, intake, publisher, workspaces)
                    ),
                )


class RequestRevocations:
    """Implements `SignOuts` with connections of its own each time: access outlives the request, and nothing else may."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """Revokes the sign-in `id` until `until`, in milliseconds since 1970."""
        async with self._opened() as sign_outs:
            return await sign_outs.revoke(kind, id, until)

    async def is_revoked(self, kind: str, id: str) -> bool:
        """Whether the sign-in `id` was revoked."""
        async with self._opened() as sign_outs:
            return await sign_outs.is_revoked(kind, id)

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[RevocationList]:
        from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
        from dagnet_realtime.stores.redis_sessions import RedisRevocationList

        async with contextlib.aclosing(RedisConnection(parse_redis_url(self._url))) as calls:
            yield RedisRevocationList(calls, self._clock)


class FollowedTokens:
    """Which traces of a channel are followed, by any session of any process; asked once a request, and where somebody needs it."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions
        self._live: Sequence[WatchSession] | None = None

    async def __call__(self, channel: Channel) -> frozenset[str]:
        """Their tokens; raises `Problem("unavailable")`."""
        if self._live is None:
            self._live = await self._sessions.list_active()
        return frozenset(
            token
            for session in self._live
            if session.channel == channel
            for token in session.follows
        )


class BeforeResponseEnd:
    """Does what must be done before the last part of an answer leaves: after it, nobody promises that this process goes on."""

    def __init__(self, send: Send, before: Callable[[], Any]) -> None:
        self._send = send
        self._before = before

    async def __call__(self, message: Any) -> None:
        """Sends one part."""
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._before()
        await self._send(message)


async def _flush_counters(
    tally: "RedisRequestCounters",
    intake: Intake,
    publisher: RelayPublisher,
    workspaces: Sequence[Workspace],
) -> None:
    """Adds up what this request counted, and publishes what it brought; what was answered stands, whatever becomes of either."""

    async def one(channel: Channel) -> None:
        with contextlib.suppress(Problem):  # a store that is gone has lost its ledgers too
            await tally.flush(channel)
        if any(door.taken for door in intake.ingest_counters(channel).values()):
            await publisher.publish_pending(channel)

    await asyncio.gather(*(one(workspace.channel) for workspace in workspaces))


def _validate_config(config: Config) -> None:
    """Raises `Problem("invalid")` where processes that come and go could not agree."""
    if not is_shared(config.server.log):
        raise Problem(
            "invalid",
            "A serverless deployment needs Redis",
            "Its log is memory://",
            "Set DAGNET_REALTIME_SERVER_LOG to a redis:// URL",
        )
    if config.access.mode == "local":
        raise Problem(
            "invalid",
            "Local access is for one machine",
            "",
            "Set [access] mode to token, oidc or proxy",
        )
    if config.access.mode == "proxy" and config.access.proxy.secret is None:
        raise Problem(
            "invalid",
            'Access mode "proxy" needs `proxy_secret`',
            "A client's address proves nothing here",
            "Set it under [access]",
        )
    if config.access.mode != "proxy" and config.access.cookie_key is None:
        raise Problem(
            "invalid",
            "Every process must know the same cookie key",
            "",
            "Set [access] cookie_key, e.g. env:REALTIME_COOKIE_KEY",
        )
    for workspace in config.workspaces:
        for source in workspace.sources:
            if source.stream is not None:
                told = f'{workspace.channel}, source "{source.id}": a stream is read by a process that lives'
                raise Problem(
                    "invalid",
                    told,
                    "",
                    "Have a server read it (docs/how-to/streams.md), or take the source out here",
                )
    require_encrypted_relays(config.workspaces)


def _unfit(problem: Problem) -> Problem:
    """What is wrong with the deployment is no fault of the request: who sent it keeps it, and comes back."""
    return Problem(
        "unavailable", problem.title, problem.detail, problem.remedy, retry_after=UNFIT_SECONDS
    )


def _freeze_gc() -> None:
    """What an entry's start made is not looked through again, and what comes later is."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _ready() -> Readiness:
    readiness = Readiness()
    readiness.ready = True
    return readiness


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _first(group: BaseException) -> Problem:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    if not isinstance(group, Problem):
        raise group
    return group
