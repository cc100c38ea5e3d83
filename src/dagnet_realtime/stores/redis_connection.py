"""The connection to Redis: its URL, commands within a time limit, Lua scripts, and a check of its configuration."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock

PREFIX = "dagnet-realtime"
PORT, SENTINEL_PORT = 6379, 26379
_OPTIONS = ("prefix", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname")


class RedisUrl(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` tells what `hosts` are: one server, sentinels that know `service`, or some nodes of a cluster."""

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
        return f"Target({self.kind}, {', '.join(f'{host}:{port}' for host, port in self.hosts)}, prefix={self.prefix!r})"


def parse_redis_url(url: str) -> RedisUrl:
    """What `url` names: `redis://`, `rediss://`, `redis+sentinel://host,host/service/0`, `redis+cluster://host,host`, with `?prefix=`.

    Raises `Problem("invalid")`, which never shows the URL: it may hold a password.
    """
    parts = urlsplit(url)
    scheme, _, arrangement = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or arrangement not in ("", "sentinel", "cluster"):
        raise _wrong(f"There is no log of the kind “{parts.scheme[:20]}”")
    kind: Literal["single", "sentinel", "cluster"] = (
        "sentinel" if arrangement == "sentinel" else "cluster" if arrangement else "single"
    )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(options) - set(_OPTIONS)):
        raise _wrong(
            f"The log's URL has an unknown option “{unknown[0][:40]}”",
            f"Known are {', '.join(_OPTIONS)}",
        )
    hosts = _hosts(parts, SENTINEL_PORT if kind == "sentinel" else PORT)
    if kind == "single" and len(hosts) > 1:
        raise _wrong(
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
    found = []
    for written in parts.netloc.rpartition("@")[2].split(","):
        try:
            one = urlsplit(f"//{written}")
            found.append((one.hostname or "localhost", one.port or port))
        except ValueError:
            raise _wrong("The log's URL names a server that cannot be one") from None
    return tuple(found)


def _path(path: str, kind: str) -> tuple[str, int]:
    """The sentinels' service, and the database."""
    pieces = [unquote(piece) for piece in path.split("/") if piece]
    service = pieces.pop(0) if kind == "sentinel" and pieces else ""
    if kind == "sentinel" and not service:
        raise _wrong("The log's URL names no service", "Write redis+sentinel://host:26379/service")
    if kind == "cluster" and pieces and pieces != ["0"]:
        raise _wrong("A cluster has only database 0")
    if len(pieces) > 1 or not all(piece.isdigit() and len(piece) < 6 for piece in pieces):
        raise _wrong("The log's URL names no database", "Write its number: redis://host:6379/0")
    return service, int(pieces[0]) if pieces else 0


def _prefix(options: Mapping[str, str]) -> str:
    prefix = options.get("prefix", PREFIX)
    if (
        not prefix
        or len(prefix) > 64
        or any(sign in "{}*?[]" or not sign.isprintable() or sign.isspace() for sign in prefix)
    ):
        raise _wrong(
            "The log's prefix is not usable", "Use 1 to 64 letters, digits, dashes, dots or colons"
        )
    return prefix


def _wrong(title: str, remedy: str = "Use log = “memory://” or “redis://host:6379/0”") -> Problem:
    return Problem("invalid", title, "", remedy)


Name = Literal[
    "append",
    "read",
    "hold",
    "release",
    "search",
    "blank",
    "save",
    "drop",
    "live",
    "ended",
    "announce",
    "doors",
    "tally",
    "rate",
    "sign_out",
    "seat",
    "take",
    "give",
    "partitions_start",
    "partitions_renew",
    "partitions_release",
    "partitions_owners",
]

_OF_A_LIFE = ("append", "read", "hold", "release", "search", "blank")
_OF_SESSIONS = ("save", "live", "ended")
_OF_PARTITIONS = ("partitions_start", "partitions_renew", "partitions_release", "partitions_owners")
_WRITES_WHEN_FULL = (
    "read",
    "hold",
    "release",
    "blank",
    "save",
    "drop",
    "live",
    "ended",
    "announce",
    "doors",
    "tally",
    "rate",
    "sign_out",
    "seat",
    "take",
    "give",
    *_OF_PARTITIONS,
)
"""What frees memory, or is small and bounded and keeps viewers alive, goes on where Redis refuses to take more."""


class Script(msgspec.Struct, frozen=True):
    """A script's text, and the digest under which Redis keeps it."""

    text: str
    digest: str


def scripts() -> dict[str, Script]:
    """All of them by name, read from the package."""
    folder = resources.files("dagnet_realtime.stores") / "lua"
    before = (
        dict.fromkeys(_OF_A_LIFE, "life.lua")
        | dict.fromkeys(_OF_SESSIONS, "mark.lua")
        | dict.fromkeys(_OF_PARTITIONS, "partitions.lua")
    )
    made = {}
    for name in Name.__args__:  # type: ignore[attr-defined]  # a Literal knows its words
        body = (folder / f"{name}.lua").read_text("utf-8")
        flags = "flags=allow-oom" if name in _WRITES_WHEN_FULL else "flags="
        text = (
            f"#!lua {flags}\n"
            + ((folder / before[name]).read_text("utf-8") if name in before else "")
            + body
        )
        made[name] = Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
    return made


_LOG = logging.getLogger("dagnet_realtime.stores")
RETRY_AFTER = 2.0
QUIET_SECONDS = 5.0  # within which the same failure is the same outage, and after which one that is not met again is over
MOST_FAILING = 1000  # calls that are remembered to fail


class RedisFailure(NamedTuple):
    """Why a call failed: a word for the log, a sentence, and what to do. `lost`: the connection or the answer is lost, not refused."""

    word: str
    title: str
    remedy: str
    lost: bool = False

    def problem(self) -> Problem:
        """What a sender or viewer is told."""
        return Problem("unavailable", self.title, self.word, self.remedy, retry_after=RETRY_AFTER)


_REFUSALS = {
    "OOM": ("The store is full", "Raise Redis's maxmemory, or lower log_entries"),
    "MISCONF": (
        "The store takes no writes: it cannot save its data",
        "See why in the log of Redis, usually a disk that is full",
    ),
    "READONLY": (
        "The store takes no writes: it is a replica",
        "Name the primary in the log's URL, or its sentinels (redis+sentinel://)",
    ),
    "NOPERM": ("The store refuses us", "Give the user of the log's URL all commands on its prefix"),
    "NOAUTH": ("The store refuses us", "Check user and password in the log's URL"),
    "LOADING": (
        "The store is starting: it reads its data from disk",
        "Wait until Redis has loaded them",
    ),
    "MASTERDOWN": (
        "The store is a replica that has lost its primary",
        "Bring the primary back, or promote a replica",
    ),
    "CLUSTERDOWN": (
        "The store's cluster is not whole",
        "See which node of Redis is down: `CLUSTER INFO` tells",
    ),
    "TRYAGAIN": ("The store's cluster is moving its slots", "Wait a moment"),
    "NOREPLICAS": (
        "The store takes no writes: too few replicas follow it",
        "See min-replicas-to-write in Redis's configuration",
    ),
    "BUSY": (
        "The store is busy with a script",
        "See what else uses this Redis: `SCRIPT KILL` ends the script",
    ),
    "WRONGTYPE": (
        "The store holds something else under our names",
        "Give Realtime a prefix of its own: ?prefix=… in the log's URL",
    ),
    "MAXCLIENTS": ("The store has too many clients", "Raise Redis's maxclients"),
}
_AS = {  # other words for the same, and what the client calls them where it tells no word
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
_IN_WORDS = (  # refusals that begin with a general `ERR`, or with no word at all
    ("max number of clients", "MAXCLIENTS"),
    ("too many connections", "MAXCLIENTS"),
    ("no permissions", "NOPERM"),
    ("acl failure", "NOPERM"),
    ("can't run this command", "NOPERM"),
    ("invalid password", "NOAUTH"),
    ("'auth' command", "NOAUTH"),
)


def classify_failure(error: BaseException) -> RedisFailure:
    """The cause of a failed call: an answer of Redis proves the connection, whatever it says; everything else has lost it."""
    from redis.exceptions import (
        AuthenticationError,
        AuthorizationError,
        BusyLoadingError,
        MaxConnectionsError,
        ResponseError,
    )

    if not isinstance(
        error,
        (
            ResponseError,
            AuthenticationError,
            AuthorizationError,
            BusyLoadingError,
            MaxConnectionsError,
        ),
    ):
        if (
            "max number of clients" in str(error).lower()
        ):  # the one answer that the client takes for a broken connection
            return RedisFailure("MAXCLIENTS", *_REFUSALS["MAXCLIENTS"])
        return RedisFailure(
            type(error).__name__,
            "The store cannot be reached",
            "Is Redis running? Try again in a moment",
            lost=True,
        )
    word = _word(error)
    return RedisFailure(
        word,
        *_REFUSALS.get(
            word,
            (
                "The store refuses a command",
                "See the log of Redis, and whether it is version 7 or newer",
            ),
        ),
    )


def _word(error: BaseException) -> str:
    """What Redis calls its refusal; never its text, which may hold names of keys."""
    text = str(error)
    first = str(getattr(error, "status_code", None) or text.partition(" ")[0])
    first = _AS.get(first, first)
    if first in _REFUSALS:
        return first
    lower = text.lower()
    for part, word in _IN_WORDS:
        if part in lower:
            return word
    kind = type(error).__name__
    return _AS.get(kind) or (
        first if first.isalpha() and first.isupper() and len(first) <= 20 else kind
    )


class OutageLog:
    """Tells the log when calls begin to fail and when they are well again, not for each call.

    A store may refuse one call and take another (a replica reads and does not write), so the outage lasts until every call
    that failed has gone through, or none has failed for a while.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failing: set[str] = set()
        self._failed_at = float("-inf")
        self._told: dict[str, float] = {}
        self._open = False

    def record_failure(self, call: str, cause: RedisFailure) -> None:
        """`call` names what failed: the same name is the same call."""
        at = self._failed_at = self._now()
        if len(self._failing) < MOST_FAILING:
            self._failing.add(call)
        kind = "lost" if cause.lost else cause.word
        if at - self._told.get(kind, float("-inf")) >= QUIET_SECONDS:
            _LOG.warning("store_unavailable error=%s", cause.word)
            self._open = True
        self._told[kind] = at

    def record_success(self, call: str) -> None:
        """`call` was answered."""
        if not self._failing:
            return
        self._failing.discard(call)
        if self._now() - self._failed_at >= QUIET_SECONDS:
            self._failing.clear()
        if not self._failing and self._open:
            self._open = False
            _LOG.warning("store_back")


CALL_SECONDS = 2.0  # of one call, connecting included; a sender then gets 503 and comes back
MOST_CONNECTIONS = 512  # of one process: readers that wait hold one each
RECENT_FAILURE_SECONDS = (
    10.0  # after a broken connection, in which viewers bring back what a store that died took along
)

Argument = str | bytes | int


class RedisConnection:
    """The connections of one process to its store. `aclose` ends them."""

    def __init__(self, target: RedisUrl, seconds: float = CALL_SECONDS) -> None:
        self.target = target
        self.seconds = seconds
        self._scripts = scripts()
        self._client, self._also = _client(target)
        self._outage = OutageLog()
        self._broken_at = float("-inf")

    def recently_failed(self) -> bool:
        """Whether a connection broke, or the store began anew, a moment ago: it may have lost what nobody has brought back yet."""
        return time.monotonic() - self._broken_at < RECENT_FAILURE_SECONDS

    def began(self, ago: int) -> None:
        """The store began `ago` ms ago: if that is a moment, it has lost what it held, though every connection stood."""
        self._broken_at = max(self._broken_at, time.monotonic() - ago / 1000)

    async def script(self, name: Name, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Runs a script by its digest; by its text where Redis does not know it (it was restarted)."""
        from redis.exceptions import NoScriptError

        script, told = self._scripts[name], f"{name} {_tag(keys)}"
        try:
            return await self._call(
                told,
                ("EVALSHA", script.digest, len(keys), *keys, *arguments),
                missing=NoScriptError,
            )
        except NoScriptError:
            return await self._call(told, ("EVAL", script.text, len(keys), *keys, *arguments))

    async def call(self, *words: Argument, wait: float = 0.0) -> Any:
        """One command; `wait` seconds of it are the server's own waiting."""
        return await self._call(str(words[0]), words, wait)

    async def _call(
        self,
        told: str,
        words: Sequence[Argument],
        wait: float = 0.0,
        missing: type[Exception] | tuple[()] = (),
    ) -> Any:
        """`missing` is an error that the caller answers; `told` says which calls fail together.

        A broken connection is tried once more, since after a restart of Redis every idle one is broken. Every call may run twice: of what
        the first run took the second says that it is a duplicate.
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
            self._outage.record_failure(told, cause)
            raise cause.problem() from None
        self._outage.record_success(told)
        return answer

    async def aclose(self) -> None:
        """Ends every connection, within a moment."""
        for one in (self._client, *self._also):
            try:
                async with asyncio.timeout(0.3):
                    await one.aclose()
            except (OSError, TimeoutError) as error:
                _LOG.info("store_left error=%s", type(error).__name__)


def _tag(keys: Sequence[str]) -> str:
    """The hash tag of a script's keys, by which a cluster chooses the node that answers."""
    return keys[0].partition("}")[0] if keys else ""


def _client(target: RedisUrl) -> tuple[Any, list[Any]]:
    """The client, and what else must be closed with it. Nothing is connected yet, and nothing is tried twice behind our back."""
    from redis.asyncio import Redis, Sentinel
    from redis.asyncio.cluster import ClusterNode, RedisCluster
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    usual: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "username": target.username,
        "password": target.password,
        "socket_connect_timeout": CALL_SECONDS / 2,
        "socket_timeout": None,
        "socket_keepalive": True,
        "max_connections": MOST_CONNECTIONS,
        **_secured(target),
    }
    if target.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in target.hosts]
        usual["retry"] = Retry(NoBackoff(), 1)  # of a slot that has moved
        return RedisCluster(startup_nodes=nodes, **usual), []
    if target.kind == "sentinel":
        del usual["max_connections"]
        asked = {
            "socket_connect_timeout": CALL_SECONDS / 4,
            "socket_timeout": CALL_SECONDS / 4,
            "retry": Retry(NoBackoff(), 0),
        }
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            target.hosts, sentinel_kwargs=asked, db=target.database, **usual
        )
        return sentinel.master_for(target.service), list(sentinel.sentinels)
    host, port = target.hosts[0]
    return Redis(host=host, port=port, db=target.database, **usual), []


def _secured(target: RedisUrl) -> dict[str, Any]:
    if not target.tls:
        return {}
    options: dict[str, Any] = dict(target.options)
    if "ssl_check_hostname" in options:
        options["ssl_check_hostname"] = options["ssl_check_hostname"].lower() not in (
            "false",
            "0",
            "no",
        )
    return {"ssl": True, **options}


CLOCKS_SECONDS = 5.0  # by which two clocks may differ before it is worth a word
OLDEST_VERSION = (7, 0)  # scripts that declare their flags came with it


async def check_redis(calls: RedisConnection, clock: Clock | None = None) -> None:
    """Raises `Problem("unavailable")` where Redis does not answer, `Problem("invalid")` where it is too old or may drop keys by itself.

    With `clock` it also says in the log if that and the store's clock differ: processes whose clocks differ call different events late.
    """
    for one in _each(await calls.call("INFO", "server")):
        version = str(one.get("redis_version", "0"))
        if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_VERSION:
            raise Problem(
                "invalid",
                f"Redis {version[:20]} is too old",
                "",
                "Use Redis 7.0 or newer, or Valkey",
            )
    for one in _each(await calls.call("INFO", "memory")):
        policy = str(one.get("maxmemory_policy", "noeviction"))
        if policy != "noeviction" and int(one.get("maxmemory", 0)) > 0:
            raise Problem(
                "invalid",
                "This Redis drops keys when its memory is full",
                f"maxmemory-policy is {policy[:40]}: repeats would light twice",
                "Set maxmemory-policy noeviction, or give Realtime a Redis of its own",
            )
    if clock is not None:
        _compare(await calls.call("TIME"), clock.now())


def _compare(told: Any, now: int) -> None:
    """Says how far the store's clock is ahead of ours; of a cluster that of any node."""
    answer = next(iter(told.values())) if isinstance(told, Mapping) else told
    ahead = int(answer[0]) + int(answer[1]) / 1_000_000 - now / 1000
    if abs(ahead) > CLOCKS_SECONDS:
        _LOG.warning("clocks_differ store_ahead_seconds=%.1f", ahead)


def _each(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One server's answer, or that of every node of a cluster."""
    nodes = [
        value
        for value in answer.values()
        if isinstance(value, Mapping) and "redis_version" not in answer
    ]
    return nodes if nodes and len(nodes) == len(answer) else [answer]
