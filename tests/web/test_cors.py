"""Cross-origin rules."""

from dagnet_realtime.web.cors import ANY_ORIGIN, preflight


def test_a_preflight_allows_what_the_sdk_asks_for() -> None:
    """DOOR-10: analytics.js asks for authorization since 1.84."""
    answer = dict(preflight([(b"origin", b"https://shop.example.com"), (b"access-control-request-headers", b"authorization,x-own")]))
    assert answer[b"access-control-allow-headers"] == b"authorization,x-own"
    assert answer[b"access-control-allow-origin"] == b"*"
    assert b"access-control-allow-credentials" not in answer
    assert b"POST" in answer[b"access-control-allow-methods"]


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
