"""Access by a trusted proxy: it signs people in and says who they are in a header, which is believed from its addresses alone."""

import ipaddress
from collections.abc import Callable, Sequence

from dagnet_realtime.core.roles import granted
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.origin import Origins
from dagnet_realtime.web.access.person import Person
from dagnet_realtime.web.access.token import Tokens, bearer_of

LONGEST = 256  # characters of a name
MOST_GROUPS = 200

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ProxyAccess:
    """`header` names the person, `groups` (may be "") their groups, separated by commas. `trusted` are networks in CIDR notation.

    Programs that reach the server through the proxy may send an access token instead.
    """

    mode = "proxy"

    def __init__(
        self,
        header: str,
        groups: str,
        trusted: Sequence[str],
        grants: Callable[[], Sequence[Grant]],
        tokens: Tokens,
        clock: Clock,
        public_url: str = "",
    ) -> None:
        self._header = header.lower()
        self._groups = groups.lower()
        self._trusted = tuple(ipaddress.ip_network(one) for one in trusted)
        self._grants = grants
        self._tokens = tokens
        self._clock = clock
        self._origins = Origins(public_url, any_host=True)

    def admit(self, asked: Asked) -> None:
        """Refuses commands from other pages."""
        self._origins.admit(asked)

    async def person(self, asked: Asked) -> Person:
        """Whom the proxy names; a header that comes twice, or from anywhere else, is no name."""
        if asked.bearer.startswith("dnr_"):
            return bearer_of(self._tokens, asked.bearer, self._clock)
        names = asked.all(self._header)
        if not names:
            raise Problem("unauthorized", "You are not signed in", "The proxy named nobody", "Open the proxy's address")
        if not trusted(asked.peer, self._trusted):
            raise Problem("unauthorized", "You are not signed in", "This address is not a trusted proxy's", "Open the proxy's address")
        name = names[0].strip()
        if len(names) > 1 or not name or len(name) > LONGEST or not name.isprintable():
            raise Problem("unauthorized", "You are not signed in", "The proxy named nobody, or several", "Check the proxy's headers")
        return Person(f"proxy:{name}", granted(self._grants(), name, self._in(asked)))

    def _in(self, asked: Asked) -> tuple[str, ...]:
        if not self._groups:
            return ()
        groups = [one.strip() for line in asked.all(self._groups) for one in line.split(",")]
        return tuple(f"group:{one}" for one in groups if one)[:MOST_GROUPS]


def trusted(peer: str, networks: Sequence[Network]) -> bool:
    """Whether `peer` lies in one of `networks`; an IPv4 address inside IPv6 counts as the IPv4 one."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None) or address
    return any(inner in network for network in networks)
