"""Local access: one link, one machine."""

import itertools

import pytest

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.local import MOST_BROWSERS, SESSION_SECONDS, LocalAccess
from tests.support.clock import FakeClock

HOST = "127.0.0.1:8765"


def access(clock: FakeClock | None = None, public_url: str = "") -> LocalAccess:
    numbers = itertools.count()
    return LocalAccess(clock or FakeClock(), public_url, lambda: f"a-long-random-key-{next(numbers):06}")


def cookie_of(line: str) -> str:
    return line.partition(";")[0]


async def test_the_link_signs_one_browser_in_once() -> None:
    """ACC-3: the key is spent; whoever has the cookie stays signed in."""
    local = access()
    key = local.link_key
    line = await local.sign_in(key, Asked("GET", HOST))
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert local.link_key == ""
    with pytest.raises(Problem) as refused:
        await local.sign_in(key, Asked("GET", HOST))
    assert refused.value.code == "unauthorized"
    signed_in = Asked("GET", HOST, cookie=f"other=1; {cookie_of(line)}")
    assert (await local.person(signed_in)).name == "local"
    assert await local.sign_in(key, signed_in) == ""


async def test_a_cookie_lapses() -> None:
    """ACC-4: twelve hours after its last use."""
    clock = FakeClock()
    local = access(clock)
    signed_in = Asked("GET", HOST, cookie=cookie_of(await local.sign_in(local.link_key, Asked("GET", HOST))))
    for _ in range(3):
        clock.shift(SESSION_SECONDS - 1)
        await local.person(signed_in)
    clock.shift(SESSION_SECONDS + 1)
    with pytest.raises(Problem):
        await local.person(signed_in)


async def test_programs_bring_the_key_of_the_key_file() -> None:
    """ACC-5: as a bearer; nothing else will do."""
    local = access()
    assert (await local.person(Asked("GET", HOST, authorization=f"Bearer {local.program_key}"))).name == "local"
    for wrong in (
        "",
        "Bearer",
        "Bearer ",
        f"Basic {local.program_key}",
        f"Bearer {local.link_key}",
        "Bearer é",
        f"Bearer {local.program_key}x",
    ):
        with pytest.raises(Problem):
            await local.person(Asked("GET", HOST, authorization=wrong))


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST", "watch.example.com"])
def test_this_machines_names_are_known(host: str) -> None:
    """ACC-6: loopback by any of its names, and the public address where one is configured."""
    access(public_url="https://watch.example.com/").admit(Asked("GET", host))


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example:8765", "localhost.evil", "0.0.0.0:8765", "127.0.0.1:8765:1"])
def test_other_names_are_refused(host: str) -> None:
    """ACC-6: a page that rebinds its own name to this machine gets nothing."""
    with pytest.raises(Problem) as refused:
        access().admit(Asked("GET", host))
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("origin", "site", "passes"),
    [
        ("", "", True),
        (f"http://{HOST}", "same-origin", True),
        (f"http://{HOST}", "", True),
        ("http://evil.example", "cross-site", False),
        ("http://evil.example", "", False),
        ("null", "", False),
        ("http://127.0.0.1:9999", "same-site", False),
        ("", "cross-site", False),
        ("", "same-site", False),
        ("not a url", "", False),
    ],
)
def test_commands_come_from_the_servers_own_page(origin: str, site: str, passes: bool) -> None:
    """ACC-7: another origin, another port of this machine included, may not command; programs send no origin."""
    asked = Asked("POST", HOST, origin=origin, site=site)
    if passes:
        access().admit(asked)
        return
    with pytest.raises(Problem) as refused:
        access().admit(asked)
    assert refused.value.code == "forbidden"


async def test_cookies_of_two_servers_do_not_mix() -> None:
    """ACC-3: a cookie's name holds the port, since its scope does not."""
    local = access()
    local.listen_on(8765)
    assert (await local.sign_in(local.link_key, Asked("GET", HOST))).startswith("dagnet_realtime_8765=")


async def test_remembered_browsers_are_bounded() -> None:
    """ACC-4: the oldest goes."""
    local = access()
    for number in range(MOST_BROWSERS + 5):
        local._once = f"key {number}"
        await local.sign_in(f"key {number}", Asked("GET", HOST))
    assert len(local._browsers) == MOST_BROWSERS
