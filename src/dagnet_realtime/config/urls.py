"""URLs that browsers use: the server's public origin, and a workspace's relay."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from dagnet_realtime.config.sources import is_loopback_host
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.relays.address import parse_relay_url

_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*"
    r"|\[[0-9a-f:.]+\])"
)
_DEFAULTS = {"http": 80, "https": 443}


def parse_public_url(written: str, where: str) -> str:
    """Normalises to `scheme://host` or `scheme://host:port`: lower case, no default port.

    `where` names the key in messages. Raises `Problem("invalid")` for anything else, also for a
    path: every route stands at the root of its host.
    """
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _expected(where, "the host or the port cannot be read") from None
    if parts.scheme not in _DEFAULTS or not host:
        raise _expected(where, "found something else")
    if "@" in parts.netloc:
        raise _expected(where, "found a user name or a password, which browsers would be sent")
    if parts.path not in ("", "/"):
        raise _expected(
            where,
            "found a path; give Realtime a host name of its own: it is served at the root only",
        )
    if parts.query or parts.fragment or "?" in written or "#" in written:
        raise _expected(where, "found a query or a fragment")
    shown = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(shown) or port == 0 or written != written.strip():
        raise _expected(
            where, "the host is not written as browsers send it; names beyond ASCII start with xn--"
        )
    return f"{parts.scheme}://{shown}" + (
        f":{port}" if port not in (None, _DEFAULTS[parts.scheme]) else ""
    )


def parse_other_origin(written: str, where: str) -> str:
    """Normalises the origin of another site's pages, as `parse_public_url` does.

    Raises `Problem("invalid")` for a pattern, for `null`, and for http:// unless its host is this
    machine: others on the network could change a page that comes over it.
    """
    if "*" in written:
        raise Problem(
            "invalid",
            f"{where}: expected one origin, found a pattern",
            "Every page that a pattern fits could watch",
            "List each origin, e.g. https://dagnet.example.com",
        )
    if written.strip().lower() in ("null", "file://"):
        raise Problem(
            "invalid",
            f"{where}: pages without an origin cannot be let in",
            "Files and sandboxed frames all call themselves null",
            "Serve the page from an origin of its own, e.g. http://localhost:5173",
        )
    origin = parse_public_url(written, where)
    host = urlsplit(origin).hostname or ""
    if origin.startswith("http://") and not (is_loopback_host(host) or host.endswith(".localhost")):
        raise Problem(
            "invalid",
            f"{where}: expected an https:// origin",
            "Others on the network could change a page that comes over http://",
            "Serve the page over https://; http:// is for loopback only",
        )
    return origin


def _expected(where: str, found: str) -> Problem:
    return Problem(
        "invalid",
        f"{where}: expected an http:// or https:// URL with a host only",
        found[0].upper() + found[1:],
        "E.g. https://realtime.example.com",
    )


def check_relay_url(relay: Secret, where: str, public_url: str) -> Secret:
    """Checks that pages at `public_url` can use `relay`, and returns it.

    `where` names the key in messages. Raises `Problem("invalid")`, which never shows the secret.
    """
    try:
        parse_relay_url(relay.reveal().decode(errors="replace"))
    except Problem as problem:
        raise Problem(
            "invalid", f"{where}: this address cannot be used", problem.detail, problem.remedy
        ) from None
    if public_url.startswith("https://"):
        _encrypted(relay, where)
    return relay


def require_encrypted_relays(workspaces: Sequence[Workspace]) -> None:
    """Raises `Problem("invalid")` if pages served over https:// could not connect to a relay."""
    for workspace in workspaces:
        if workspace.policy.relay is not None:
            _encrypted(workspace.policy.relay, f"{workspace.channel}: `relay`")


def _encrypted(relay: Secret, where: str) -> None:
    address = parse_relay_url(relay.reveal().decode())
    if address.tls:
        return
    raise Problem(
        "invalid",
        f"{where}: browsers could not connect to {address.socket}",
        "A page served over https:// may open wss:// only",
        "Put TLS before the provider and add ?ws=wss://HOST, or write pusher+tls://",
    )
