"""Requests that must not even be looked at."""

import pytest

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.origin import Origins, host_name


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
def test_commands_come_from_the_public_address(method: str, host: str, origin: str, site: str, passes: bool) -> None:
    """ACC-7: also where a proxy has changed the host's name on the way."""
    origins = Origins("https://watch.example.com")
    asked = Asked(method, host, origin=origin, site=site)
    if passes:
        origins.admit(asked)
        return
    with pytest.raises(Problem) as refused:
        origins.admit(asked)
    assert refused.value.code == "forbidden"


def test_without_a_public_address_any_name_will_do_where_a_cookie_is_bound_to_it() -> None:
    """ACC-6: a page that rebinds its name has no cookie for it; its commands are still foreign."""
    origins = Origins(any_host=True)
    origins.admit(Asked("GET", "10.0.0.7:8765"))
    with pytest.raises(Problem):
        origins.admit(Asked("POST", "10.0.0.7:8765", origin="http://evil.example"))


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
def test_without_a_public_address_commands_come_over_https_but_on_this_machine(host: str, origin: str, passes: bool) -> None:
    """ACC-7: as the cookies do; the refusal says so. Where no cookie is used, plain HTTP will do."""
    asked = Asked("POST", host, origin=origin)
    Origins(any_host=True, plain=True).admit(asked)
    if passes:
        Origins(any_host=True).admit(asked)
        return
    with pytest.raises(Problem, match="was not opened over https"):
        Origins(any_host=True).admit(asked)


def test_a_port_is_no_part_of_a_name() -> None:
    """ACC-6: nor is upper case."""
    assert (host_name("Host:80"), host_name("[::1]:8765"), host_name("a:b:80")) == ("host", "[::1]", "a:b")
