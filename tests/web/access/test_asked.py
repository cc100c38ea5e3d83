"""What access looks at."""

from dagnet_realtime.web.access.asked import Asked, asked_of


def test_headers_are_read_by_name() -> None:
    """ACC-6: whatever their order."""
    headers = [(b"cookie", b"c"), (b"x", b"y"), (b"host", b"h"), (b"origin", b"o"), (b"sec-fetch-site", b"s"), (b"authorization", b"a")]
    assert asked_of("GET", headers, "192.0.2.1") == Asked("GET", "h", "o", "s", "a", "c", "192.0.2.1", tuple(headers))


def test_a_header_that_comes_twice_is_seen_twice() -> None:
    """ACC-14: so that a smuggled second one is noticed."""
    asked = asked_of("GET", [(b"x-user", b"ann"), (b"x-user", b"bob"), (b"y", b"z")])
    assert asked.all("x-user") == ("ann", "bob")
    assert asked.all("none") == ()


def test_a_header_is_text_whatever_its_coding() -> None:
    """ACC-52: UTF-8 as proxies send it; bytes that are not UTF-8 are ISO 8859-1, as HTTP once had it."""
    assert asked_of("GET", [(b"x", "jos\xe9".encode()), (b"x", b"jos\xe9")]).all("x") == ("jos\xe9", "jos\xe9")
    assert Asked("GET", authorization="Bearer key\xa0").bearer == "key\xa0"


def test_a_bearer_is_read_whatever_its_case() -> None:
    """ACC-11: and nothing else is one."""
    assert Asked("GET", authorization="bearer  key ").bearer == "key"
    assert Asked("GET", authorization="Basic key").bearer == ""
    assert Asked("GET").bearer == ""
