"""Authentication by a trusted proxy, which signs people in and names them in headers."""

import hmac
import ipaddress
from collections.abc import Callable, Sequence

from dagnet_realtime.core.roles import roles_for
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import PROXY_SECRET_HEADER
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.request import BLANKS, AuthRequest, OriginPolicy, Person, named
from dagnet_realtime.web.auth.token import Tokens, authenticate_bearer

MAX_GROUPS = 200

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ProxyAuthenticator:
    """`header` names the person, `groups` (may be "") their groups, separated by commas.

    Both count only from an address in `trusted` (CIDR notation), beside `secret` in
    `PROXY_SECRET_HEADER`, and only if each header comes exactly once: a second one may be the
    client's own. Programs may send an access token through the proxy instead. Without a secret
    every request is refused, since an address alone proves no proxy.
    """

    mode = "proxy"

    def __init__(
        self,
        header: str,
        groups: str,
        trusted: Sequence[str],
        grants: Callable[[], Sequence[RoleBinding]],
        tokens: Tokens,
        clock: Clock,
        public_url: str = "",
        *,
        secret: Secret | None = None,
    ) -> None:
        self._header = header.lower()
        self._groups = groups.lower()
        self._trusted = tuple(ipaddress.ip_network(one) for one in trusted)
        self._grants = grants
        self._tokens = tokens
        self._clock = clock
        self._secret = secret.reveal() if secret is not None else b""
        self._origins = OriginPolicy(public_url, any_host=True, plain=True)

    def check_origin(self, request: AuthRequest) -> None:
        """Refuses commands from pages of other origins."""
        self._origins.check_origin(request)

    async def person(self, request: AuthRequest) -> Person:
        """The person whom the proxy names; raises `Problem("unauthorized")`."""
        if request.bearer.startswith("dnr_"):
            return authenticate_bearer(self._tokens, request.bearer, self._clock)
        if not request.all(self._header):
            raise _refused("The proxy named no person", "Open the proxy's address")
        if not trusted(request.peer, self._trusted):
            raise _refused("This address is not a trusted proxy's", "Open the proxy's address")
        if not self._secret:
            raise _refused(
                'Access mode "proxy" needs `proxy_secret`',
                "Ask an administrator of this server to set it under [access]",
            )
        if not hmac.compare_digest(
            _once(request, PROXY_SECRET_HEADER).encode("utf-8"), self._secret
        ):
            raise _refused(
                "The proxy did not prove itself",
                f"Let the proxy send `proxy_secret` in {PROXY_SECRET_HEADER}",
            )
        name = named(_once(request, self._header))
        if name is None:
            raise _refused(
                "The proxy named no person, or wrote the name ambiguously",
                "Check the proxy's headers",
            )
        return Person(f"proxy:{name}", roles_for(self._grants(), name, self._in(request)))

    def _in(self, request: AuthRequest) -> tuple[str, ...]:
        if not self._groups:
            return ()
        groups = [one.strip(BLANKS) for one in _once(request, self._groups).split(",")]
        return tuple(f"group:{one}" for one in groups if one)[:MAX_GROUPS]


def trusted(peer: str, networks: Sequence[Network]) -> bool:
    """Whether `peer` lies in one of `networks`; IPv4-mapped IPv6 addresses count as IPv4."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None) or address
    return any(inner in network for network in networks)


def _once(request: AuthRequest, header: str) -> str:
    """The value of a header that must come once; else raises `Problem("unauthorized")`."""
    found = request.all(header)
    if len(found) != 1:
        count = "no" if not found else f"{len(found)} times a"
        raise _refused(
            f"The request has {count} header {header}",
            "Let the proxy set it once, in place of any that the client sent",
        )
    return found[0].strip(BLANKS)


def _refused(detail: str, remedy: str) -> Problem:
    return Problem("unauthorized", "You are not signed in", detail, remedy)
