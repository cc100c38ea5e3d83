"""A store's URL, read: which Redis, in which arrangement, under which prefix."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from dagnet_realtime.model.problem import Problem

PREFIX = "dagnet-realtime"
PORT, SENTINEL_PORT = 6379, 26379
_OPTIONS = ("prefix", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname")


class Target(msgspec.Struct, frozen=True, kw_only=True):
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


def target(url: str) -> Target:
    """What `url` names: `redis://`, `rediss://`, `redis+sentinel://host,host/service/0`, `redis+cluster://host,host`, with `?prefix=`.

    Raises `Problem("invalid")`, which never shows the URL: it may hold a password.
    """
    parts = urlsplit(url)
    scheme, _, arrangement = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or arrangement not in ("", "sentinel", "cluster"):
        raise _wrong(f"There is no log of the kind “{parts.scheme[:20]}”")
    kind: Literal["single", "sentinel", "cluster"] = "sentinel" if arrangement == "sentinel" else "cluster" if arrangement else "single"
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(options) - set(_OPTIONS)):
        raise _wrong(f"The log's URL has an unknown option “{unknown[0][:40]}”", f"Known are {', '.join(_OPTIONS)}")
    hosts = _hosts(parts, SENTINEL_PORT if kind == "sentinel" else PORT)
    if kind == "single" and len(hosts) > 1:
        raise _wrong("The log's URL names several servers", "Use redis+sentinel:// or redis+cluster:// for more than one")
    service, database = _path(parts.path, kind)
    return Target(
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
    if not prefix or len(prefix) > 64 or any(sign in "{}*?[]" or not sign.isprintable() or sign.isspace() for sign in prefix):
        raise _wrong("The log's prefix is not usable", "Use 1 to 64 letters, digits, dashes, dots or colons")
    return prefix


def _wrong(title: str, remedy: str = "Use log = “memory://” or “redis://host:6379/0”") -> Problem:
    return Problem("invalid", title, "", remedy)
