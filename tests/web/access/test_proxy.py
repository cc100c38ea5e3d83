"""Access by a trusted proxy."""

import pytest

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked, asked_of
from dagnet_realtime.web.access.proxy import ProxyAccess
from tests.support.clock import FakeClock

SHOP = Channel("shop", "prod")
GRANTS = [Grant(who="ann@acme.com", role="administer"), Grant(who="group:analysts", role="follow", on=("shop/*",))]


def access(*trusted: str) -> ProxyAccess:
    return ProxyAccess("X-User", "X-Groups", trusted or ("10.0.0.0/8", "::1"), lambda: GRANTS, list, FakeClock())


def asked(*headers: tuple[str, str], peer: str = "10.1.2.3") -> Asked:
    return asked_of("GET", [(name.encode(), value.encode("latin-1")) for name, value in headers], peer)


async def test_the_proxy_names_the_person_and_their_groups() -> None:
    """ACC-14: grants say what they may do."""
    ann = await access().person(asked(("x-user", "ann@acme.com")))
    assert (ann.name, ann.role(SHOP)) == ("proxy:ann@acme.com", "administer")
    bob = await access().person(asked(("x-user", "bob"), ("x-groups", "sales, analysts")))
    assert bob.role(SHOP) == "follow"
    eve = await access().person(asked(("x-user", "eve"), ("x-groups", "x")))
    assert eve.roles.anywhere is None


@pytest.mark.parametrize("peer", ["192.0.2.1", "", "11.0.0.1", "not an address", "2001:db8::1", "::ffff:192.0.2.1"])
async def test_nobody_else_is_believed(peer: str) -> None:
    """ACC-14: whoever reaches the server past the proxy may write what they like."""
    with pytest.raises(Problem) as refused:
        await access().person(asked(("x-user", "ann@acme.com"), peer=peer))
    assert refused.value.code == "unauthorized"


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("x-user", ""),),
        (("x-user", " "),),
        (("x-user", "ann@acme.com"), ("x-user", "eve")),
        (("x-user", "ann@acme.com\x00"),),
        (("x-user", "a" * 257),),
        (("x-groups", "analysts"),),
        (("authorization", "Bearer dnr_0_0"), ("x-user", "ann@acme.com")),
    ],
)
async def test_a_name_that_is_missing_doubled_or_odd_is_none(headers: tuple[tuple[str, str], ...]) -> None:
    """ACC-14: a client may have smuggled a second one past the proxy."""
    with pytest.raises(Problem) as refused:
        await access().person(asked(*headers))
    assert refused.value.code == "unauthorized"


async def test_an_address_inside_ipv6_is_the_one_it_stands_for() -> None:
    """ACC-14: as a socket that takes both writes it."""
    assert (await access().person(asked(("x-user", "ann@acme.com"), peer="::ffff:10.0.0.9"))).name == "proxy:ann@acme.com"
