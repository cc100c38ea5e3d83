"""What authentication reads of a request, the requests that are refused unread, and a person's
roles.
"""

import pytest

from dagnet_realtime.core.roles import Roles
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.web.auth.request import (
    AuthRequest,
    OriginPolicy,
    Person,
    auth_request,
    host_name,
    named,
)


def test_headers_are_read_by_name() -> None:
    """ACC-6: headers are found by name, in any order."""
    headers = [
        (b"cookie", b"c"),
        (b"x", b"y"),
        (b"host", b"h"),
        (b"origin", b"o"),
        (b"sec-fetch-site", b"s"),
        (b"authorization", b"a"),
    ]
    assert auth_request("GET", headers, "192.0.2.1") == AuthRequest(
        "GET", "h", "o", "s", "a", "c", "192.0.2.1", tuple(headers)
    )


def test_a_header_that_comes_twice_is_seen_twice() -> None:
    """ACC-14: all values are returned, so that a smuggled second one is noticed."""
    asked = auth_request("GET", [(b"x-user", b"ann"), (b"x-user", b"bob"), (b"y", b"z")])
    assert asked.all("x-user") == ("ann", "bob")
    assert asked.all("none") == ()


def test_a_header_is_decoded_as_utf_8_or_iso_8859_1() -> None:
    """ACC-18: a header is UTF-8, as proxies send it; if it is not valid UTF-8, it is ISO 8859-1."""
    assert auth_request("GET", [(b"x", "jos\xe9".encode()), (b"x", b"jos\xe9")]).all("x") == (
        "jos\xe9",
        "jos\xe9",
    )
    assert AuthRequest("GET", authorization="Bearer key\xa0").bearer == "key\xa0"


def test_a_bearer_is_read_in_any_case() -> None:
    """ACC-11: a bearer is read in any case of the word; any other scheme gives none."""
    assert AuthRequest("GET", authorization="bearer  key ").bearer == "key"
    assert AuthRequest("GET", authorization="Basic key").bearer == ""
    assert AuthRequest("GET").bearer == ""


@pytest.mark.parametrize(
    ("method", "host", "origin", "site", "passes"),
    [
        ("GET", "watch.example.com", "", "", True),
        ("GET", "evil.example", "", "cross-site", False),
        ("POST", "watch.example.com", "https://watch.example.com", "same-origin", True),
        ("POST", "127.0.0.1:8765", "https://watch.example.com", "same-origin", True),
        ("POST", "watch.example.com", "https://evil.example", "", False),
        ("POST", "watch.example.com", "https://watch.example.com.evil.example", "", False),
        ("DELETE", "watch.example.com", "null", "", False),
        ("PATCH", "watch.example.com", "", "cross-site", False),
        ("POST", "watch.example.com", "https://WATCH.example.com", "", True),
        ("POST", "watch.example.com", "https://watch.example.com:443", "", True),
        ("POST", "watch.example.com:443", "https://watch.example.com", "", True),
        ("POST", "watch.example.com", "http://watch.example.com", "", False),
        ("POST", "watch.example.com", "http://watch.example.com:443", "", False),
        ("POST", "watch.example.com", "https://watch.example.com:444", "", False),
        ("POST", "watch.example.com:80", "http://watch.example.com", "", False),
        ("POST", "127.0.0.1:8765", "http://watch.example.com", "", False),
        ("POST", "127.0.0.1:8765", "http://127.0.0.1:8765", "", True),
        ("POST", "127.0.0.1:8765", "http://127.0.0.1:8766", "", False),
        ("POST", "watch.example.com", "https://sub.watch.example.com", "", False),
        ("POST", "watch.example.com", "https://watch.example.com@evil.example", "", False),
        ("POST", "watch.example.com", "file://", "", False),
    ],
)
def test_commands_come_from_the_public_address(
    method: str, host: str, origin: str, site: str, passes: bool
) -> None:
    """ACC-6: the public address counts, also if a proxy changed the host's name."""
    origins = OriginPolicy("https://watch.example.com")
    asked = AuthRequest(method, host, origin=origin, site=site)
    if passes:
        origins.check_origin(asked)
        return
    with pytest.raises(Problem) as refused:
        origins.check_origin(asked)
    assert refused.value.code == "forbidden"


def test_without_a_public_address_any_name_will_do_where_a_cookie_is_bound_to_it() -> None:
    """ACC-6: a page that rebinds its name has no cookie for it; its commands are still foreign."""
    origins = OriginPolicy(any_host=True)
    origins.check_origin(AuthRequest("GET", "10.0.0.7:8765"))
    with pytest.raises(Problem):
        origins.check_origin(AuthRequest("POST", "10.0.0.7:8765", origin="http://evil.example"))


@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("realtime.example.com", "https://realtime.example.com", True),
        ("realtime.example.com", "http://realtime.example.com", False),
        ("10.0.0.7:8765", "http://10.0.0.7:8765", False),
        ("localhost:8765", "http://localhost:8765", True),
        ("localhost:8443", "https://localhost:8443", True),
        ("localhost", "http://localhost:80", True),
    ],
)
def test_without_a_public_address_commands_come_over_https_but_on_this_machine(
    host: str, origin: str, passes: bool
) -> None:
    """ACC-6: HTTPS is required as for cookies, and the refusal says so; without cookies plain HTTP
    will do.
    """
    asked = AuthRequest("POST", host, origin=origin)
    OriginPolicy(any_host=True, plain=True).check_origin(asked)
    if passes:
        OriginPolicy(any_host=True).check_origin(asked)
        return
    with pytest.raises(Problem, match="was not opened over https"):
        OriginPolicy(any_host=True).check_origin(asked)


def test_a_port_is_no_part_of_a_name() -> None:
    """ACC-6: the host's name is lower case, without a port."""
    assert (host_name("Host:80"), host_name("[::1]:8765"), host_name("a:b:80")) == (
        "host",
        "[::1]",
        "a:b",
    )


SHOP = Channel("shop", "prod")


@pytest.mark.parametrize(
    ("workspace", "code"), [("shop", "forbidden"), ("other", "not_found"), ("none", "not_found")]
)
def test_what_one_may_not_watch_is_as_if_it_were_not_there(workspace: str, code: str) -> None:
    """ACC-18: what one may watch but not do is forbidden; all else does not exist."""
    person = Person("ann", Roles((("watch", ("shop/*",)),)))
    person.require("watch", SHOP)
    with pytest.raises(Problem) as refused:
        person.require("follow", Channel(workspace, "prod"))
    assert refused.value.code == code


def test_a_person_can_what_their_highest_role_can() -> None:
    """ACC-18: a person's capabilities are those of their highest role on any channel; `administer`
    brings `send`.
    """
    assert Person("ann", Roles((("follow", ("shop/*",)),))).capabilities == ("watch", "follow")
    assert Person("ann", Roles((("watch", ("*",)), ("administer", ("a/b",))))).capabilities[
        -2:
    ] == ("administer", "send")
    assert Person("ann", Roles()).capabilities == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 257,
        "bo\u017fs",
        "\ufb01ne",
        "\u212a",
        "boss\xa0",
        "a\nb",
        "a\u200bb",
        "e\u0301",
        "\uff41",
        "a\x00",
        "\u202eab",
    ],
)
def test_a_name_that_can_be_taken_for_another_is_none(text: str) -> None:
    """ACC-18: it has one way to be written, and all of it can be seen."""
    assert named(text) is None


@pytest.mark.parametrize(
    "text", ["ann@acme.com", "Jos\xe9 \u0141", "\u5f20\u4f1f", "o'neil+x@acme.com", "a" * 256]
)
def test_other_names_are_as_they_are(text: str) -> None:
    """ACC-18: names in any alphabet are taken unchanged."""
    assert named(text) == text


def test_a_person_goes_by_what_outlives_their_name() -> None:
    """ACC-2: a person's id is the subject that a provider vouches for, else their name."""
    assert Person("oidc:ann", subject="oidc:7").id == "oidc:7"
    assert Person("proxy:ann").id == "proxy:ann"
