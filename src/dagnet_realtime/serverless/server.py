"""The server of a serverless deployment: everything is opened for one request and closed after it.

State is in Redis: the log, sessions, rates, ingest counters, and up to where relays were published.
A process caches only what can be read again: the configuration and the graphs.
"""

import asyncio
import contextlib
import gc
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import msgspec

from dagnet_realtime import __version__
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.factories import (
    Grants,
    authenticator,
    function_channels,
    graph_sources,
    open_relays,
    viewer_tokens,
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
from dagnet_realtime.web.asgi import ROOT_PATH, Receive, Scope, Send
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.auth.viewer import ViewerAuthenticator, ViewerKeys, ViewerTokens
from dagnet_realtime.web.cors import CorsPolicy
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.responses import PROBLEM_TYPE, problem_body, retry_headers, send_response
from dagnet_realtime.web.routes.health import READY, Readiness
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS
from dagnet_realtime.web.server import AppDependencies, create_app

if TYPE_CHECKING:
    from dagnet_realtime.stores.redis_connection import RedisConnection
    from dagnet_realtime.stores.redis_counters import RedisRequestCounters

STORE_PATHS = ("/api/", "/segment/", "/v1/")  # prefixes of the paths whose routes use the store
MISCONFIGURED_SECONDS = 30.0  # to retry after, if the deployment cannot work
PATH_PARAMETER = b"__path"  # by which a platform's rewrite carries the path below the root path
SERVED_BELOW = (*STORE_PATHS, "/healthz", "/readyz")  # the interface wants an origin of its own
MAX_SECONDS = 28.0  # of one request; platforms commonly cut at 30


_ROOT_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


class ColdState(msgspec.Struct, frozen=True):
    """What a process reads once and keeps."""

    config: Config
    workspaces: Sequence[Workspace]
    graphs: "StaticGraphSource"
    access: Authenticator
    viewers: ViewerTokens


class StaticGraphSource:
    """A `GraphSource` that does not change during a request.

    It belongs to no event loop, since each request may have its own. Files are read once, for they
    do not change within a deployment; what comes from elsewhere is read again once it is old.
    """

    def __init__(self, graphs: GraphSources) -> None:
        self.catalogue = graphs.catalogue
        self._graphs = graphs

    async def freshen(self) -> None:
        """Reads what is old again, before a request is answered."""
        if self._graphs.due:
            await asyncio.to_thread(self._graphs.refresh)

    async def changes(self) -> AsyncIterator[str]:
        """Nothing changes during a request."""
        await asyncio.Event().wait()
        yield ""


class Serverless:
    """The ASGI app. The configuration is read from `environ` with the first request.

    `reading` reads it; without it, the way that every command has. With a `root_path`, such as
    "/realtime", it is one function of another deployment: what the API has stands below it, and
    the interface is not served. A rewrite that loses the path carries it as `__path` in the query.
    Raises `ValueError` for a root path that is not one.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        reading: Callable[[Mapping[str, str]], Config] | None = None,
        *,
        root_path: str = "",
    ) -> None:
        if root_path and not _ROOT_PATH.fullmatch(root_path):
            raise ValueError('root_path must be as "/realtime": no slash at its end')
        self._root_path = root_path
        self._environ = environ
        self._reading = reading or (lambda given: load(None, given))
        self._clock = SystemClock()
        self._cold: ColdState | None = None
        self._store_checked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; a deployment that cannot work answers 503 with the reason."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        try:
            async with asyncio.timeout(MAX_SECONDS):
                if self._root_path:
                    scope = _below(scope, self._root_path)
                cold = self._read_or_503()
                await cold.graphs.freshen()
                await self._serve(cold, scope, receive, send)
        except* Problem as problems:
            problem = _first(problems)
            origins = self._cold.config.server.origins if self._cold is not None else ()
            headers = CorsPolicy(origins, ALL_OPERATIONS).headers(scope)
            await send_response(
                send,
                problem.status,
                [PROBLEM_TYPE, *retry_headers(problem), *headers],
                problem_body(problem),
            )
        finally:
            _freeze_gc()

    def _read_or_503(self) -> ColdState:
        try:
            return self._read()
        except Problem as problem:
            raise _misconfigured(problem) from None

    async def _check_store(self, redis: "RedisConnection", path: str) -> None:
        """Raises `Problem("unavailable")` if the store does not suit us.

        The store is checked once, and by `/readyz` each time.
        """
        if path != READY.path and (self._store_checked or not path.startswith(STORE_PATHS)):
            return
        from dagnet_realtime.stores.redis_connection import check_redis

        try:
            await check_redis(redis, self._clock)
        except Problem as problem:
            raise (problem if problem.code == "unavailable" else _misconfigured(problem)) from None
        self._store_checked = True

    def _read(self) -> ColdState:
        if self._cold is None:
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
            viewers = viewer_tokens(config, access, ViewerKeys(workspaces), self._clock)
            self._cold = ColdState(config, workspaces, graphs, access, viewers)
        return self._cold

    async def _serve(self, cold: ColdState, scope: Scope, receive: Receive, send: Send) -> None:
        from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
        from dagnet_realtime.stores.redis_counters import RedisRateLimiter, RedisRequestCounters
        from dagnet_realtime.stores.redis_log import RedisLog
        from dagnet_realtime.stores.redis_relay_state import RedisRelayState
        from dagnet_realtime.stores.redis_sessions import RedisDeletionTimes, RedisSessionStore

        config, workspaces, clock = cold.config, cold.workspaces, self._clock
        async with contextlib.AsyncExitStack() as stack:
            redis = RedisConnection(parse_redis_url(config.server.log))
            stack.push_async_callback(redis.aclose)
            await self._check_store(redis, scope["path"])
            sessions = RedisSessionStore(redis)
            log = RedisLog(redis, {one.channel: one.policy for one in workspaces}, clock, sessions)
            rates = RedisRateLimiter(redis)
            deletions = RedisDeletionTimes(redis, clock)
            intake = Intake(
                workspaces,
                cold.graphs,
                log,
                clock,
                rates=rates,
                followed=FollowedTokens(sessions),
                deletions=deletions,
            )
            counters = RedisRequestCounters(redis, intake.ingest_counters)
            audit = Audit(stack.enter_context(audit_file(config.access)), clock)
            relays = await stack.enter_async_context(open_relays(workspaces, clock))
            published = function_channels(workspaces)
            context = HubContext(
                workspaces=workspaces,
                graphs=cold.graphs,
                log=log,
                sessions=sessions,
                counters=counters,
                clock=clock,
            )
            feeds = FeedRegistry(context)
            publisher = RelayPublisher(context, feeds.policy, RedisRelayState(redis), relays)
            hub = Hub(context, feeds, publisher)
            parts = AppDependencies(
                workspaces=workspaces,
                graphs=cold.graphs,
                hub=hub,
                intake=intake,
                access=cold.access,
                viewers=cold.viewers,
                clock=clock,
                readiness=_ready(),
                public_url=config.server.public_url,
                origins=config.server.origins,
                framed_by=config.server.framed_by,
                version=__version__,
                audit=audit,
                reauthorizer=Reauthorizer(
                    hub, ViewerAuthenticator(cold.access, cold.viewers), clock, audit
                ),
                push=False,
                rates=rates,
                connect_origins=[
                    origin for relay in relays.values() for origin in relay.limits.connects
                ]
                + [one.connects for one in published.values()],
                functions=published,
                deletions=deletions,
                earlier_sessions=config.access.earlier_sessions,
            )
            async with hub:
                await create_app(parts)(
                    scope,
                    receive,
                    BeforeResponseEnd(
                        send, lambda: _flush_counters(counters, intake, publisher, workspaces)
                    ),
                )


def _below(scope: Scope, root_path: str) -> Scope:
    """The request as the server takes it, without the root path.

    Raises `Problem("not_found")` for what is not the server's.
    """
    parameters = scope.get("query_string", b"").split(b"&")
    carried = [one for one in parameters if one.partition(b"=")[0] == PATH_PARAMETER]
    path: str = scope["path"]
    if path == root_path or path.startswith(root_path + "/"):
        path = path.removeprefix(root_path)
    elif len(carried) == 1:
        value = unquote_to_bytes(carried[0].partition(b"=")[2])
        path = "/" + value.decode("utf-8", "replace").lstrip("/")
    else:
        path = ""
    if not path.startswith(SERVED_BELOW):
        raise Problem(
            "not_found",
            "Not part of Realtime's API",
            f"Below {root_path} are the API, the webhook and the SDKs' routes",
            "Look at the address, and at the deployment's rewrites",
        )
    return {
        **scope,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"&".join(one for one in parameters if one not in carried),
        ROOT_PATH: root_path,
    }


class RequestRevocations:
    """Implements `RevocationList` with a connection for each call.

    The authenticator outlives the request, and a connection must not.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """Revokes the sign-in `id` until `until`, in milliseconds since 1970."""
        async with self._opened() as revocations:
            return await revocations.revoke(kind, id, until)

    async def is_revoked(self, kind: str, id: str) -> bool:
        """Whether the sign-in `id` was revoked."""
        async with self._opened() as revocations:
            return await revocations.is_revoked(kind, id)

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[RevocationList]:
        from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
        from dagnet_realtime.stores.redis_sessions import RedisRevocationList

        async with contextlib.aclosing(RedisConnection(parse_redis_url(self._url))) as redis:
            yield RedisRevocationList(redis, self._clock)


class FollowedTokens:
    """The traces that sessions of a channel follow, over all processes; read once a request."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions
        self._live: Sequence[WatchSession] | None = None

    async def __call__(self, channel: Channel) -> frozenset[str]:
        """The traces' tokens; raises `Problem("unavailable")`."""
        if self._live is None:
            self._live = await self._sessions.list_active()
        return frozenset(
            token
            for session in self._live
            if session.channel == channel
            for token in session.follows
        )


class BeforeResponseEnd:
    """Runs `before` ahead of the response's last part, after which the process may be stopped."""

    def __init__(self, send: Send, before: Callable[[], Any]) -> None:
        self._send = send
        self._before = before

    async def __call__(self, message: Any) -> None:
        """Sends one part."""
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._before()
        await self._send(message)


async def _flush_counters(
    counters: "RedisRequestCounters",
    intake: Intake,
    publisher: RelayPublisher,
    workspaces: Sequence[Workspace],
) -> None:
    """Stores what this request counted, and publishes its events. Failures are ignored."""

    async def one(channel: Channel) -> None:
        with contextlib.suppress(Problem):  # a store that is gone has lost its counters too
            await counters.flush(channel)
        if any(source.taken for source in intake.ingest_counters(channel).values()):
            await publisher.publish_pending(channel)

    await asyncio.gather(*(one(workspace.channel) for workspace in workspaces))


def _validate_config(config: Config) -> None:
    """Raises `Problem("invalid")` if processes of the deployment could not agree."""
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
    if config.access.mode == "oidc" and find_spec("authlib") is None:
        raise Problem(
            "invalid",
            'Access mode "oidc" needs the package `authlib`',
            "",
            "Install dagnet-realtime with the extra `sign-in`",
        )
    for workspace in config.workspaces:
        for source in workspace.sources:
            if source.stream is not None:
                place = f'{workspace.channel}, source "{source.id}"'
                raise Problem(
                    "invalid",
                    f"{place}: a stream needs a process that keeps running",
                    "",
                    "Have a server read it (docs/how-to/streams.md), or take the source out here",
                )
    require_encrypted_relays(config.workspaces)


def _misconfigured(problem: Problem) -> Problem:
    """`problem` of the deployment as a 503: the request is right, and may be sent again."""
    return Problem(
        "unavailable",
        problem.title,
        problem.detail,
        problem.remedy,
        retry_after=MISCONFIGURED_SECONDS,
    )


def _freeze_gc() -> None:
    """Enables garbage collection after a start without it; what the start made is not collected."""
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
