"""Cross-origin rules."""

import pytest

from dagnet_realtime.web.cors import ANY_ORIGIN, posting, preflight


def test_a_preflight_allows_what_the_sdk_asks_for() -> None:
    """DOOR-10: analytics.js asks for authorization since 1.84; sendBeacon with JSON sends credentials."""
    answer = dict(preflight([(b"origin", b"https://shop.example.com"), (b"access-control-request-headers", b"authorization,x-own")]))
    assert answer[b"access-control-allow-headers"] == b"authorization,x-own"
    assert answer[b"access-control-allow-origin"] == b"https://shop.example.com"
    assert answer[b"access-control-allow-credentials"] == b"true"
    assert answer[b"access-control-allow-methods"] == b"POST, OPTIONS"
    assert set(answer[b"vary"].split(b", ")) == {
        b"origin",
        b"access-control-request-method",
        b"access-control-request-headers",
        b"access-control-request-private-network",
    }


def test_what_is_read_across_origins_is_read_without_credentials() -> None:
    """DOOR-10: of any origin."""
    answer = dict(preflight([(b"origin", b"https://shop.example.com")], reads=True))
    assert answer[b"access-control-allow-origin"] == b"*"
    assert b"access-control-allow-credentials" not in answer
    assert answer[b"access-control-allow-methods"] == b"GET, OPTIONS"


@pytest.mark.parametrize("origin", [b"null", b"http://localhost:3000", b"capacitor://localhost", b"http://[::1]:8080"])
def test_an_answer_to_a_post_names_its_origin(origin: bytes) -> None:
    """DOOR-10: so that the page may read it, credentials or not."""
    answer = dict(posting([(b"origin", origin)]))
    assert (answer[b"access-control-allow-origin"], answer[b"access-control-allow-credentials"]) == (origin, b"true")
    assert answer[b"vary"] == b"origin"


@pytest.mark.parametrize("origin", [b"", b"*", b"https://a, https://b", b"https://a\r\nset-cookie: x", b"https://a/path", b"x" * 400])
def test_a_strange_origin_is_not_echoed(origin: bytes) -> None:
    """DOOR-10: nor one that comes twice."""
    for headers in ([(b"origin", origin)], [(b"origin", b"https://a"), (b"origin", b"https://b")], []):
        answer = dict(posting(headers))
        assert answer[b"access-control-allow-origin"] == b"*"
        assert b"access-control-allow-credentials" not in answer
        assert answer[b"vary"] == b"origin"


def test_a_strange_list_of_headers_is_not_echoed() -> None:
    """DOOR-10: nobody writes our headers."""
    for strange in (b"a\r\nset-cookie: x", b"<script>", b"x" * 2000, b"", b"a," * 100):
        assert dict(preflight([(b"access-control-request-headers", strange)]))[b"access-control-allow-headers"].startswith(b"authorization")


def test_a_page_on_the_internet_may_report_to_this_machine() -> None:
    """DOOR-10: where the browser asks."""
    asked = [(b"access-control-request-private-network", b"true")]
    assert (b"access-control-allow-private-network", b"true") in preflight(asked)
    assert b"access-control-allow-private-network" not in dict(preflight([]))
    assert dict(ANY_ORIGIN)[b"access-control-allow-origin"] == b"*"
