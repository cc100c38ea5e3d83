"""The address that browsers use."""

import pytest

from dagnet_realtime.config.address import public_address
from dagnet_realtime.model.problem import Problem


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://realtime.example.com", "https://realtime.example.com"),
        ("https://realtime.example.com/", "https://realtime.example.com"),
        ("HTTPS://Realtime.Example.COM:443", "https://realtime.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://xn--mller-kva.example", "https://xn--mller-kva.example"),
        ("https://a_b-c.example:444", "https://a_b-c.example:444"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(written: str, found: str) -> None:
    """ACC-54: so that it compares with what they send."""
    assert public_address(written, "here") == found


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("https://localhost/realtime", "a path"),
        ("https://realtime.example.com//", "a path"),
        ("https://user:hidden@x.example.com", "a user name or a password"),
        ("https://@x.example.com", "a user name or a password"),
        ("https://user@x.example.com/p", "a user name or a password"),
        ("https://x.example.com?a=b", "a query"),
        ("https://x.example.com/#", "a query or a fragment"),
        ("https://x.example.com?", "a query"),
        ("realtime.example.com", "something else"),
        ("ftp://realtime.example.com", "something else"),
        ("//realtime.example.com", "something else"),
        ("https://", "something else"),
        ("https://:443", "something else"),
        ("https://x.example.com:port", "cannot be read"),
        ("https://x.example.com:99999", "cannot be read"),
        ("https://x.example.com:0", "as browsers send it"),
        ("https://[::1", "cannot be read"),
        ("https://m\u00fcller.example", "as browsers send it"),
        ("https://x example.com", "as browsers send it"),
        (" https://x.example.com", "as browsers send it"),
        ("https://x..example.com", "as browsers send it"),
        ("https://-x.example.com", "as browsers send it"),
    ],
)
def test_what_is_more_or_less_than_an_origin_is_refused(written: str, why: str) -> None:
    """ACC-54: at the start, in a sentence that repeats nothing of it."""
    with pytest.raises(Problem) as refused:
        public_address(written, "realtime.toml:2")
    assert why in refused.value.sentence().replace("Found ", "found ").replace("found ", "")
    assert "realtime.toml:2" in refused.value.sentence()
    assert "hidden" not in refused.value.sentence()
