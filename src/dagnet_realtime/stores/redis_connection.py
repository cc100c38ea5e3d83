"""The connection to Redis: its URL, Lua scripts, calls with a time limit, and failures.

`parse_redis_url` reads the URL, `RedisConnection` makes the calls, `check_redis` tells whether the
server's version and configuration keep the store's promises. A call that fails raises the `Problem`
of its `RedisFailure`, which says whether Redis refused it or could not be reached. The library
`redis` is imported when it is first used: a server with the memory store never loads it.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock

_LOG = logging.getLogger("dagnet_realtime.stores")

PREFIX = "dagnet-realtime"
PORT, SENTINEL_PORT = 6379, 26379
_OPTIONS = ("prefix", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname")


class RedisUrl(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed URL of Redis.

    `hosts` are one server, the sentinels of `service`, or some nodes of a cluster, as `kind` says.
    """

    kind: Literal["single", "sentinel", "cluster"]
    hosts: tuple[tuple[str, int], ...]
    prefix: str = PREFIX
    service: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = None
    tls: bool = False
    options: dict[str, str] = {}

    def __repr__(self) -> str:
        hosts = ", ".join(f"{host}:{port}" for host, port in self.hosts)
        return f"RedisUrl({self.kind}, {hosts}, prefix={self.prefix!r})"


def parse_redis_url(url: str) -> RedisUrl:
    """Parses the URL of a store.

    `redis://host:6379/0`, `redis+sentinel://host,host/service/0`, `redis+cluster://host,host`; with
    `rediss` over TLS; `?prefix=` names the keys. Raises `Problem("invalid")`, which never shows the
    URL: it may hold a password.
    """
    parts = urlsplit(url)
    scheme, _, arrangement = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or arrangement not in ("", "sentinel", "cluster"):
        raise _invalid(f"There is no log of kind “{parts.scheme[:20]}”")
    kind: Literal["single", "sentinel", "cluster"] = (
        "sentinel" if arrangement == "sentinel" else "cluster" if arrangement else "single"
    )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(options) - set(_OPTIONS)):
        raise _invalid(
            f"The log's URL has an unknown option “{unknown[0][:40]}”",
            f"Known are {', '.join(_OPTIONS)}",
        )
    hosts = _hosts(parts, SENTINEL_PORT if kind == "sentinel" else PORT)
    if kind == "single" and len(hosts) > 1:
        raise _invalid(
            "The log's URL names several servers",
            "Use redis+sentinel:// or redis+cluster:// for more than one",
        )
    service, database = _path(parts.path, kind)
    return RedisUrl(
        kind=kind,
        hosts=hosts,
        prefix=_prefix(options),
        service=service,
        database=database,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=scheme == "rediss",
        options={name: value for name, value in options.items() if name != "prefix"},
    )


def _hosts(parts: SplitResult, port: int) -> tuple[tuple[str, int], ...]:
    hosts = []
    for written in parts.netloc.rpartition("@")[2].split(","):
        try:
            one = urlsplit(f"//{written}")
            hosts.append((one.hostname or "localhost", one.port or port))
        except ValueError:
            raise _invalid("A host or port in the log's URL is malformed") from None
    return tuple(hosts)


def _path(path: str, kind: str) -> tuple[str, int]:
    """The sentinels' service, and the number of the database."""
    pieces = [unquote(piece) for piece in path.split("/") if piece]
    service = pieces.pop(0) if kind == "sentinel" and pieces else ""
    if kind == "sentinel" and not service:
        raise _invalid(
            "The log's URL lacks the sentinels' service",
            "Write redis+sentinel://host:26379/service",
        )
    if kind == "cluster" and pieces and pieces != ["0"]:
        raise _invalid("A cluster has only database 0")
    if len(pieces) > 1 or not all(piece.isdigit() and len(piece) < 6 for piece in pieces):
        raise _invalid(
            "The path of the log's URL is no number of a database", "E.g. redis://host:6379/0"
        )
    return service, int(pieces[0]) if pieces else 0


def _prefix(options: Mapping[str, str]) -> str:
    prefix = options.get("prefix", PREFIX)
    if (
        not prefix
        or len(prefix) > 64
        or any(sign in "{}*?[]" or not sign.isprintable() or sign.isspace() for sign in prefix)
    ):
        raise _invalid(
            "The prefix in the log's URL is malformed",
            "Use 1 to 64 letters, digits, dashes, dots or colons",
        )
    return prefix


def _invalid(title: str, remedy: str = "Use log = “memory://” or “redis://host:6379/0”") -> Problem:
    return Problem("invalid", title, "", remedy)


_PRELUDES = {
    "_prelude": ("append", "read", "acquire_lease", "release_lease", "search", "erase"),
    "_sessions_prelude": ("save", "list_active", "load_many"),
    "_partitions_prelude": (
        *("partitions_start", "partitions_renew", "partitions_release", "partitions_owners"),
    ),
    "": (
        *("delete", "announce", "revoke"),
        *("sync_counters", "add_counters", "rate"),
        *("touch_subscriber", "acquire_state", "commit_state"),
    ),
}
"""Names of all scripts, by the file in `lua/` that is prepended to them."""

_REFUSED_WHEN_FULL = ("append", "search")
"""Scripts that Redis refuses once `maxmemory` is reached.

All others free memory, or write little and bounded amounts that keep viewers connected.
"""


class Script(msgspec.Struct, frozen=True):
    """The text of a Lua script, and its SHA-1, by which Redis caches it."""

    text: str
    digest: str


def scripts() -> dict[str, Script]:
    """Reads all scripts from the package, by name."""
    folder = Path(__file__).with_name("lua")
    loaded = {}
    for prelude, names in _PRELUDES.items():
        before = (folder / f"{prelude}.lua").read_text("utf-8") if prelude else ""
        for name in names:
            flags = "flags=" if name in _REFUSED_WHEN_FULL else "flags=allow-oom"
            text = f"#!lua {flags}\n{before}{(folder / f'{name}.lua').read_text('utf-8')}"
            digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
            loaded[name] = Script(text, digest)
    return loaded


RETRY_AFTER = 2.0  # seconds after which a sender may try again


class RedisFailure(NamedTuple):
    """Why a call failed.

    `word` is for the log; `title` and `remedy` are for users. `lost`: no answer came, so the call
    may have run; otherwise Redis refused it.
    """

    word: str
    title: str
    remedy: str
    lost: bool = False

    def problem(self) -> Problem:
        """The error that a sender or viewer gets."""
        return Problem("unavailable", self.title, self.word, self.remedy, retry_after=RETRY_AFTER)


_REFUSALS = {
    "OOM": ("The store is full", "Raise Redis's maxmemory, or lower log_entries"),
    "MISCONF": (
        "The store refuses writes: it cannot save its data",
        "See the log of Redis for the cause, usually a full disk",
    ),
    "READONLY": (
        "The store refuses writes: it is a replica",
        "Name the primary in the log's URL, or its sentinels (redis+sentinel://)",
    ),
    "NOPERM": (
        "The store denies access",
        "Give the user of the log's URL all commands on its prefix",
    ),
    "NOAUTH": ("The store denies access", "Check user and password in the log's URL"),
    "LOADING": (
        "The store is starting",
        "Wait until Redis has loaded its data from disk",
    ),
    "MASTERDOWN": (
        "The store is a replica that has lost its primary",
        "Bring the primary back, or promote a replica",
    ),
    "CLUSTERDOWN": (
        "The store's cluster is incomplete",
        "See `CLUSTER INFO` for the node of Redis that is down",
    ),
    "TRYAGAIN": ("The store's cluster is moving its slots", "Wait a moment"),
    "NOREPLICAS": (
        "The store refuses writes: too few replicas are connected",
        "See min-replicas-to-write in Redis's configuration",
    ),
    "BUSY": (
        "The store is busy running a script",
        "End the script with `SCRIPT KILL`, and see what else uses this Redis",
    ),
    "WRONGTYPE": (
        "The store's keys are used by another program",
        "Give Realtime a prefix of its own: ?prefix=… in the log's URL",
    ),
    "MAXCLIENTS": ("The store has too many clients", "Raise Redis's maxclients"),
}
_SYNONYMS = {  # other words for the same, and the client's exceptions without a word
    "WRONGPASS": "NOAUTH",
    "UNKILLABLE": "BUSY",
    "OutOfMemoryError": "OOM",
    "ReadOnlyError": "READONLY",
    "NoPermissionError": "NOPERM",
    "AuthenticationError": "NOAUTH",
    "BusyLoadingError": "LOADING",
    "MasterDownError": "MASTERDOWN",
    "ClusterDownError": "CLUSTERDOWN",
    "TryAgainError": "TRYAGAIN",
}
_PHRASES = (  # refusals that begin with a general `ERR`, or with no word at all
    ("max number of clients", "MAXCLIENTS"),
    ("too many connections", "MAXCLIENTS"),
    ("no permissions", "NOPERM"),
    ("acl failure", "NOPERM"),
    ("can't run this command", "NOPERM"),
    ("invalid password", "NOAUTH"),
    ("'auth' command", "NOAUTH"),
)


def classify_failure(error: BaseException) -> RedisFailure:
    """The cause of a failed call.

    An answer of Redis, of any kind, proves the connection; any other error has lost it.
    """
    from redis.exceptions import (
        AuthenticationError,
        AuthorizationError,
        BusyLoadingError,
        MaxConnectionsError,
        ResponseError,
    )

    answers = (
        ResponseError,
        AuthenticationError,
        AuthorizationError,
        BusyLoadingError,
        MaxConnectionsError,
    )
    if isinstance(error, answers):
        word = _refusal_word(error)
        unknown = (
            "The store refuses a command",
            "See the log of Redis, and check that it is version 7 or newer",
        )
        return RedisFailure(word, *_REFUSALS.get(word, unknown))
    if "max number of clients" in str(error).lower():
        # the one answer that the client reports as a broken connection
        return RedisFailure("MAXCLIENTS", *_REFUSALS["MAXCLIENTS"])
    title, remedy = "The store cannot be reached", "Is Redis running? Try again in a moment"
    return RedisFailure(type(error).__name__, title, remedy, lost=True)


def _refusal_word(error: BaseException) -> str:
    """Redis's own word for its refusal; never its text, which may hold names of keys."""
    text = str(error)
    first = str(getattr(error, "status_code", None) or text.partition(" ")[0])
    first = _SYNONYMS.get(first, first)
    if first in _REFUSALS:
        return first
    lower = text.lower()
    for phrase, word in _PHRASES:
        if phrase in lower:
            return word
    kind = type(error).__name__
    is_word = first.isalpha() and first.isupper() and len(first) <= 20
    return _SYNONYMS.get(kind) or (first if is_word else kind)


OUTAGE_QUIET_SECONDS = 5.0
"""Failures of one kind within this time are one outage; without any for so long it is over."""

MAX_FAILING_CALLS = 1000  # names of failing calls that are remembered


class OutageLog:
    """Logs the beginning and the end of an outage, not each failed call.

    Redis may refuse one call and run another (a replica reads and refuses writes), so the outage
    lasts until every call that failed has succeeded, or none has failed for `OUTAGE_QUIET_SECONDS`.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failing: set[str] = set()
        self._failed_at = float("-inf")
        self._last_by_cause: dict[str, float] = {}
        self._open = False

    def record_failure(self, call: str, cause: RedisFailure) -> None:
        """`call` names the call that failed; the same name means the same call."""
        at = self._failed_at = self._now()
        if len(self._failing) < MAX_FAILING_CALLS:
            self._failing.add(call)
        kind = "lost" if cause.lost else cause.word
        if at - self._last_by_cause.get(kind, float("-inf")) >= OUTAGE_QUIET_SECONDS:
            _LOG.warning("store_unavailable error=%s", cause.word)
            self._open = True
        self._last_by_cause[kind] = at

    def record_success(self, call: str) -> None:
        """`call` was answered."""
        if not self._failing:
            return
        self._failing.discard(call)
        if self._now() - self._failed_at >= OUTAGE_QUIET_SECONDS:
            self._failing.clear()
        if not self._failing and self._open:
            self._open = False
            _LOG.warning("store_back")


CALL_SECONDS = 2.0  # limit of one call, connecting included; its sender then gets 503 and retries
MAX_CONNECTIONS = 512  # of one process; each reader that waits holds one
RECENT_FAILURE_SECONDS = 10.0
"""Time after a broken connection in which viewers restore what a restarted store has lost."""

Argument = str | bytes | int


class RedisConnection:
    """The connections of one process to its store; `aclose` closes them.

    `seconds` limits each call.
    """

    def __init__(self, target: RedisUrl, seconds: float = CALL_SECONDS) -> None:
        self.target = target
        self.seconds = seconds
        self._scripts = scripts()
        self._client, self._also = _client(target)
        self._outage = OutageLog()
        self._broken_at = float("-inf")  # monotonic

    def recently_failed(self) -> bool:
        """Whether the store may have lost data a moment ago that viewers have not restored yet.

        A connection broke, or the store began anew, within the last `RECENT_FAILURE_SECONDS`.
        """
        return time.monotonic() - self._broken_at < RECENT_FAILURE_SECONDS

    def began(self, ago: int) -> None:
        """Notes that the store was made `ago` ms ago, by the age of its mark.

        A new one has lost everything although no connection broke, e.g. after FLUSHALL.
        """
        self._broken_at = max(self._broken_at, time.monotonic() - ago / 1000)

    async def script(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Runs a script by its digest, or by its text if Redis does not know it (it was restarted).

        Returns the answer as the client decodes it. Raises `Problem("unavailable")`.
        """
        from redis.exceptions import NoScriptError

        script, call = self._scripts[name], f"{name} {_hash_tag(keys)}"
        try:
            return await self._call(
                call,
                ("EVALSHA", script.digest, len(keys), *keys, *arguments),
                missing=NoScriptError,
            )
        except NoScriptError:
            return await self._call(call, ("EVAL", script.text, len(keys), *keys, *arguments))

    async def call(self, *words: Argument, wait: float = 0.0) -> Any:
        """Runs one command; `wait` is how many seconds the server may block on top of the limit.

        Raises `Problem("unavailable")`.
        """
        return await self._call(str(words[0]), words, wait)

    async def _call(
        self,
        call: str,
        words: Sequence[Argument],
        wait: float = 0.0,
        missing: type[Exception] | tuple[()] = (),
    ) -> Any:
        """Executes `words`. `call` names the call for the outage log; `missing` is raised as it is.

        A broken connection is tried once more: after a restart of Redis every idle one is broken.
        So every call may run twice, and every script is written for it: of entries that the first
        run appended, the second reports that they are duplicates.
        """
        from redis.exceptions import ConnectionError, RedisClusterException, RedisError

        try:
            async with asyncio.timeout(self.seconds + wait):
                try:
                    answer = await self._client.execute_command(*words)
                except ConnectionError as error:
                    if not classify_failure(error).lost:
                        raise
                    self._broken_at = time.monotonic()
                    answer = await self._client.execute_command(*words)
        except missing:
            raise
        except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
            cause = classify_failure(error)
            if cause.lost:
                self._broken_at = time.monotonic()
            self._outage.record_failure(call, cause)
            raise cause.problem() from None
        self._outage.record_success(call)
        return answer

    async def aclose(self) -> None:
        """Closes every connection, within a moment."""
        for client in (self._client, *self._also):
            try:
                async with asyncio.timeout(0.3):
                    await client.aclose()
            except (OSError, TimeoutError) as error:
                _LOG.info("store_left error=%s", type(error).__name__)


def _hash_tag(keys: Sequence[str]) -> str:
    """The common hash tag of a script's keys, by which a cluster chooses the node."""
    return keys[0].partition("}")[0] if keys else ""


def _client(target: RedisUrl) -> tuple[Any, list[Any]]:
    """The client, and what else must be closed with it.

    Nothing is connected yet. The client's own retries are off: `RedisConnection` retries itself.
    """
    from redis.asyncio import Redis, Sentinel
    from redis.asyncio.cluster import ClusterNode, RedisCluster
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "username": target.username,
        "password": target.password,
        "socket_connect_timeout": CALL_SECONDS / 2,
        "socket_timeout": None,
        "socket_keepalive": True,
        "max_connections": MAX_CONNECTIONS,
        **_tls_options(target),
    }
    if target.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in target.hosts]
        options["retry"] = Retry(NoBackoff(), 1)  # once, if a slot has moved
        return RedisCluster(startup_nodes=nodes, **options), []
    if target.kind == "sentinel":
        del options["max_connections"]
        sentinel_options = {
            "socket_connect_timeout": CALL_SECONDS / 4,
            "socket_timeout": CALL_SECONDS / 4,
            "retry": Retry(NoBackoff(), 0),
        }
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            target.hosts, sentinel_kwargs=sentinel_options, db=target.database, **options
        )
        return sentinel.master_for(target.service), list(sentinel.sentinels)
    host, port = target.hosts[0]
    return Redis(host=host, port=port, db=target.database, **options), []


def _tls_options(target: RedisUrl) -> dict[str, Any]:
    if not target.tls:
        return {}
    options: dict[str, Any] = dict(target.options)
    if "ssl_check_hostname" in options:
        written = options["ssl_check_hostname"].lower()
        options["ssl_check_hostname"] = written not in ("false", "0", "no")
    return {"ssl": True, **options}


MAX_CLOCK_SKEW_SECONDS = 5.0  # between this process and the store before it is logged
OLDEST_VERSION = (7, 0)  # the first whose scripts declare flags


async def check_redis(connection: RedisConnection, clock: Clock | None = None) -> None:
    """Checks that Redis answers, is new enough and keeps its keys.

    Raises `Problem("unavailable")` if it does not answer, `Problem("invalid")` if it is too old or
    may evict keys. With `clock` also logs a difference between that clock and the store's:
    processes whose clocks differ disagree on which events are late.
    """
    for node in _nodes(await connection.call("INFO", "server")):
        version = str(node.get("redis_version", "0"))
        if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_VERSION:
            raise Problem(
                "invalid",
                f"Redis {version[:20]} is too old",
                "",
                "Use Redis 7.0 or newer, or Valkey",
            )
    for node in _nodes(await connection.call("INFO", "memory")):
        policy = str(node.get("maxmemory_policy", "noeviction"))
        if policy != "noeviction" and int(node.get("maxmemory", 0)) > 0:
            raise Problem(
                "invalid",
                "This Redis evicts keys when its memory is full",
                f"maxmemory-policy is {policy[:40]}: repeated events would light nodes twice",
                "Set maxmemory-policy noeviction, or give Realtime a Redis of its own",
            )
    if clock is not None:
        _check_clock(await connection.call("TIME"), clock.now())


def _check_clock(answer: Any, now: int) -> None:
    """Logs how far the store's clock (of a cluster: any node's) is ahead of `now` (ms)."""
    seconds, microseconds = next(iter(answer.values())) if isinstance(answer, Mapping) else answer
    ahead = int(seconds) + int(microseconds) / 1_000_000 - now / 1000
    if abs(ahead) > MAX_CLOCK_SKEW_SECONDS:
        _LOG.warning("clocks_differ store_ahead_seconds=%.1f", ahead)


def _nodes(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The answers of INFO: one server's, or one for each node of a cluster."""
    nodes = [
        value
        for value in answer.values()
        if isinstance(value, Mapping) and "redis_version" not in answer
    ]
    return nodes if nodes and len(nodes) == len(answer) else [answer]
