"""Access by a trusted proxy."""

import pytest

from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import PROXY_SECRET_HEADER
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.web.auth.proxy import ProxyAuthenticator
from dagnet_realtime.web.auth.request import AuthRequest, auth_request
from tests.support.clock import FakeClock

SHOP = Channel("shop", "prod")
GRANTS = [
    RoleBinding(who="ann@acme.com", role="administer"),
    RoleBinding(who="group:analysts", role="follow", on=("shop/*",)),
]
SECRET = Secret("a secret of the proxy")
PROOF = (PROXY_SECRET_HEADER, "a secret of the proxy")
NONE = ("x-groups", "")


def access(*trusted: str, groups: str = "X-Groups") -> ProxyAuthenticator:
    return ProxyAuthenticator(
        "X-User",
        groups,
        trusted or ("10.0.0.0/8", "::1"),
        lambda: GRANTS,
        list,
        FakeClock(),
        secret=SECRET,
    )


def asked(
    *headers: tuple[str, str], peer: str = "10.1.2.3", coding: str = "latin-1"
) -> AuthRequest:
    return auth_request(
        "GET", [(name.encode(), value.encode(coding)) for name, value in headers], peer
    )


async def test_the_proxy_names_the_person_and_their_groups() -> None:
    """ACC-14: grants say what they may do."""
    ann = await access().person(asked(("x-user", "ann@acme.com"), NONE, PROOF))
    assert (ann.name, ann.role(SHOP)) == ("proxy:ann@acme.com", "administer")
    bob = await access().person(asked(("x-user", "bob"), ("x-groups", "sales, analysts,"), PROOF))
    assert bob.role(SHOP) == "follow"
    eve = await access().person(asked(("x-user", "eve"), ("x-groups", "x"), PROOF))
    assert eve.roles.anywhere is None


@pytest.mark.parametrize(
    "peer", ["192.0.2.1", "", "11.0.0.1", "not an address", "2001:db8::1", "::ffff:192.0.2.1"]
)
async def test_no_other_peer_is_believed(peer: str) -> None:
    """ACC-14: a peer outside the proxy's addresses is refused, though it sends the proxy's headers
    and secret.
    """
    with pytest.raises(Problem) as refused:
        await access().person(asked(("x-user", "ann@acme.com"), NONE, PROOF, peer=peer))
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
        (("x-user", "ann@acme.com\xa0"),),
        (("x-user", "\u00aann@acme.com"),),
        (("x-user", "ann@acme.com"), ("x-user", "ann@acme.com")),
        (("authorization", "Bearer dnr_0_0"), ("x-user", "ann@acme.com")),
    ],
)
async def test_a_name_that_is_missing_doubled_or_odd_is_none(
    headers: tuple[tuple[str, str], ...],
) -> None:
    """ACC-14: a client may have smuggled a second one past the proxy."""
    with pytest.raises(Problem) as refused:
        await access().person(asked(NONE, PROOF, *headers))
    assert refused.value.code == "unauthorized"


async def test_an_address_inside_ipv6_is_the_one_it_stands_for() -> None:
    """ACC-14: an IPv4 address in IPv6 form, as a dual-stack socket gives it, is the IPv4 one."""
    assert (
        await access().person(
            asked(("x-user", "ann@acme.com"), NONE, PROOF, peer="::ffff:10.0.0.9")
        )
    ).name == "proxy:ann@acme.com"


@pytest.mark.parametrize(
    "proof",
    [
        (),
        ((PROXY_SECRET_HEADER, ""),),
        ((PROXY_SECRET_HEADER, "a secret of the prox"),),
        ((PROXY_SECRET_HEADER, "A SECRET OF THE PROXY"),),
        ((PROXY_SECRET_HEADER, "\xe9"),),
        (PROOF, PROOF),
        (PROOF, (PROXY_SECRET_HEADER, "")),
        (("x_realtime_proxy_secret", "a secret of the proxy"),),
    ],
)
async def test_an_address_alone_proves_no_proxy(proof: tuple[tuple[str, str], ...]) -> None:
    """ACC-14: another program behind the proxy's address could write the same headers, so the
    secret is needed.
    """
    with pytest.raises(Problem) as refused:
        await access().person(asked(("x-user", "ann@acme.com"), NONE, *proof))
    assert refused.value.code == "unauthorized"
    assert "a secret" not in refused.value.sentence()


@pytest.mark.parametrize(
    "groups", [(), (("x-groups", "x"), ("x-groups", "analysts")), (NONE, ("x-groups", "analysts"))]
)
async def test_groups_come_exactly_once(groups: tuple[tuple[str, str], ...]) -> None:
    """ACC-14: none at all shows that the proxy does not set them, and then a client could."""
    with pytest.raises(Problem, match="not signed in") as refused:
        await access().person(asked(("x-user", "ann@acme.com"), PROOF, *groups))
    assert "x-groups" in refused.value.sentence()
    assert (
        await access(groups="").person(asked(("x-user", "ann@acme.com"), PROOF, *groups))
    ).name == "proxy:ann@acme.com"


@pytest.mark.parametrize(
    "name",
    [
        "bo\u017fs@acme.com",
        "bo\xdf@acme.com",
        "boss@acme.com\xa0",
        "\u3000boss@acme.com",
        "BO\u017fS@acme.com",
    ],
)
async def test_a_name_that_looks_alike_is_another_person(name: str) -> None:
    """ACC-18: it is refused, or nothing is granted to it."""
    grants = [RoleBinding(who="boss@acme.com", role="administer")]
    proxied = ProxyAuthenticator(
        "x-user", "", ("10.0.0.0/8",), lambda: grants, list, FakeClock(), secret=SECRET
    )
    given = asked(("x-user", name), PROOF, coding="utf-8")
    if name.isprintable() and "\u017f" not in name:
        assert (await proxied.person(given)).roles.anywhere is None
    else:
        with pytest.raises(Problem, match="not signed in"):
            await proxied.person(given)
    for same in ("Boss@ACME.com", " boss@acme.com\t"):
        assert (await proxied.person(asked(("x-user", same), PROOF))).role(SHOP) == "administer"


async def test_a_name_is_read_as_utf_8() -> None:
    """ACC-18: a name is decoded as UTF-8, as proxies send it, so that a grant can name it."""
    grants = [RoleBinding(who="jos\xe9", role="watch")]
    proxied = ProxyAuthenticator(
        "x-user", "", ("10.0.0.0/8",), lambda: grants, list, FakeClock(), secret=SECRET
    )
    for coding in ("utf-8", "latin-1"):
        assert (
            await proxied.person(asked(("x-user", "jos\xe9"), PROOF, coding=coding))
        ).name == "proxy:jos\xe9"
    with pytest.raises(Problem):
        await proxied.person(asked(("x-user", "jose\u0301"), PROOF, coding="utf-8"))


@pytest.mark.parametrize("secret", [None, Secret("")])
async def test_without_a_secret_no_one_is_let_in(secret: Secret | None) -> None:
    """ACC-14, ACC-10: without a secret everybody is refused, also if the app was built without a
    configuration.
    """
    proxied = ProxyAuthenticator(
        "x-user", "", ("10.0.0.0/8",), lambda: GRANTS, list, FakeClock(), secret=secret
    )
    for proof in ((), (PROOF,), ((PROXY_SECRET_HEADER, ""),)):
        with pytest.raises(Problem, match="not signed in") as refused:
            await proxied.person(asked(("x-user", "ann@acme.com"), *proof))
        assert "needs `proxy_secret`" in refused.value.sentence()
