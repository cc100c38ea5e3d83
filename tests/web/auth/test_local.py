"""Local access: one link for one machine, also with several processes."""

import itertools

import msgspec
import pytest

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import PAGE_HEADER
from dagnet_realtime.stores.memory import MemoryRevocationList
from dagnet_realtime.web.auth.local import (
    LINK_SECONDS,
    MAX_BROWSERS,
    RENEWED_SECONDS,
    SESSION_SECONDS,
    BrowserCredentials,
    ForkedAuthState,
    LocalAuthenticator,
    link_key,
    shared,
)
from dagnet_realtime.web.auth.request import AuthRequest
from tests.support.clock import FakeClock

HOST = "127.0.0.1:8765"


def access(clock: FakeClock | None = None, public_url: str = "") -> LocalAuthenticator:
    numbers = itertools.count()
    return LocalAuthenticator(
        clock or FakeClock(), public_url, lambda: f"a-long-random-key-{next(numbers):06}"
    )


def browser(entry: BrowserCredentials, host: str = HOST, page: str | None = None) -> AuthRequest:
    """What the page sends that the link opened, or one with another secret."""
    secret = entry.page if page is None else page
    return AuthRequest(
        "GET",
        host,
        cookie=f"other=1; {entry.cookie.partition(';')[0]}",
        headers=((PAGE_HEADER.encode(), secret.encode()),),
    )


def cookie_alone(entry: BrowserCredentials, host: str = HOST) -> AuthRequest:
    """What another program has, to which the browser went on this machine."""
    return AuthRequest("GET", host, cookie=entry.cookie.partition(";")[0])


async def test_the_link_signs_one_browser_in_once() -> None:
    """ACC-3: the link's key is spent by the first sign-in; that browser stays signed in by its
    cookie.
    """
    local = access()
    key = local.link_key
    entry = await local.sign_in(key, AuthRequest("GET", HOST))
    assert "HttpOnly" in entry.cookie
    assert "SameSite=Strict" in entry.cookie
    assert local.link_key == ""
    with pytest.raises(Problem) as refused:
        await local.sign_in(key, AuthRequest("GET", HOST))
    assert refused.value.code == "unauthorized"
    assert (await local.person(browser(entry))).name == "local"
    assert await local.sign_in(key, browser(entry)) == BrowserCredentials()


async def test_the_cookie_alone_signs_no_one_in() -> None:
    """ACC-55: a browser gives it to any program on this machine that it visits; the page's secret stays with the origin."""
    local = access()
    entry = await local.sign_in(local.link_key, AuthRequest("GET", HOST))
    other = await two_links(local)
    for asked in (
        cookie_alone(entry),
        browser(entry, page=""),
        browser(entry, page=entry.page[:-1]),
        browser(entry, page=other.page),
        browser(entry, page="\xe9"),
        msgspec.structs.replace(browser(entry), cookie=""),
        msgspec.structs.replace(browser(entry), headers=browser(entry).headers * 2),
    ):
        with pytest.raises(Problem) as refused:
            await local.person(asked)
        assert refused.value.code == "unauthorized"
        assert "dagnet-realtime link" in refused.value.sentence()
    assert (await local.sign_in("spent", cookie_alone(entry))).page == "", (
        "nor does it get the secret"
    )
    assert (await local.person(browser(entry))).name == "local"


async def two_links(local: LocalAuthenticator) -> BrowserCredentials:
    """Another browser, by a link of the key that seals."""
    return await local.sign_in(link_key(local._key, local._clock.now()), AuthRequest("GET", HOST))


async def test_a_cookie_lapses() -> None:
    """ACC-4: twelve hours after its last use."""
    clock = FakeClock()
    local = access(clock)
    signed_in = browser(await local.sign_in(local.link_key, AuthRequest("GET", HOST)))
    for _ in range(3):
        clock.shift(SESSION_SECONDS - 1)
        await local.person(signed_in)
    clock.shift(SESSION_SECONDS + 1)
    with pytest.raises(Problem):
        await local.person(signed_in)


async def test_programs_bring_the_key_of_the_key_file() -> None:
    """CLI-19: the key is taken as a bearer, and in no other form."""
    local = access()
    assert (
        await local.person(AuthRequest("GET", HOST, authorization=f"Bearer {local.program_key}"))
    ).name == "local"
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
            await local.person(AuthRequest("GET", HOST, authorization=wrong))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST", "watch.example.com"]
)
def test_this_machines_names_are_known(host: str) -> None:
    """ACC-6: each name of loopback is known, and the public address if one is configured."""
    access(public_url="https://watch.example.com/").check_origin(AuthRequest("GET", host))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example:8765",
        "localhost.evil",
        "0.0.0.0:8765",
        "127.0.0.1:8765:1",
    ],
)
def test_other_names_are_refused(host: str) -> None:
    """ACC-6: a page that rebinds its own name to this machine gets nothing."""
    with pytest.raises(Problem) as refused:
        access().check_origin(AuthRequest("GET", host))
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
    """ACC-6: another origin, another port of this machine included, may not command; programs send no origin."""
    asked = AuthRequest("POST", HOST, origin=origin, site=site)
    if passes:
        access().check_origin(asked)
        return
    with pytest.raises(Problem) as refused:
        access().check_origin(asked)
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:8765", "dagnet_realtime_8765"),
        ("localhost:9000", "dagnet_realtime_9000"),
        ("[::1]:8765", "dagnet_realtime_8765"),
        ("watch.example.com", "__Host-dagnet_realtime"),
    ],
)
async def test_a_cookie_is_named_by_the_port_that_the_browser_sees(host: str, name: str) -> None:
    """ACC-3, ACC-13: since its scope does not tell ports apart; away from this machine it is for https alone."""
    local = access(public_url="https://watch.example.com")
    entry = await local.sign_in(local.link_key, AuthRequest("GET", host))
    assert entry.cookie.startswith(f"{name}=")
    assert ("; Secure" in entry.cookie) == name.startswith("__Host-")
    assert (await local.person(browser(entry, host))).name == "local"
    with pytest.raises(Problem):
        await local.person(browser(entry, "127.0.0.1:1"))
    assert (await local.sign_out(browser(entry, host))).startswith(f"{name}=;")


async def test_a_browser_stays_signed_in_over_a_restart() -> None:
    """ACC-4: the key that outlives the process keeps it signed in until it lapses; without that key
    nothing does.
    """
    clock = FakeClock()
    first = LocalAuthenticator(clock, key=b"k" * 32)
    entry = await first.sign_in(first.link_key, AuthRequest("GET", HOST))
    clock.shift(SESSION_SECONDS - 60)
    again, other = (
        LocalAuthenticator(clock, key=b"k" * 32),
        LocalAuthenticator(clock, key=b"l" * 32),
    )
    assert (await again.person(browser(entry))).name == "local"
    assert again.program_key != first.program_key
    for access in (other, LocalAuthenticator(clock)):
        with pytest.raises(Problem):
            await access.person(browser(entry))
    clock.shift(61)
    with pytest.raises(Problem):
        await LocalAuthenticator(clock, key=b"k" * 32).person(browser(entry))


async def test_a_page_that_is_loaded_again_renews_its_cookie() -> None:
    """ACC-4: an hour after it was made; the page's secret stays the same."""
    clock = FakeClock()
    local = access(clock)
    entry = await local.sign_in(local.link_key, AuthRequest("GET", HOST))
    clock.shift(RENEWED_SECONDS - 1)
    assert await local.renewed(cookie_alone(entry)) == ""
    clock.shift(2)
    later = BrowserCredentials(await local.renewed(cookie_alone(entry)), entry.page)
    assert later.cookie.endswith(f"Max-Age={SESSION_SECONDS}")
    clock.shift(SESSION_SECONDS - 60)
    assert (await local.person(browser(later))).name == "local"
    await local.sign_out(browser(entry))
    with pytest.raises(Problem):
        await local.person(browser(later))
    assert await local.renewed(cookie_alone(later)) == ""
    assert await local.renewed(AuthRequest("GET", HOST)) == ""


async def test_a_fresh_link_signs_one_browser_in_within_ten_minutes() -> None:
    """ACC-3: made with the key that seals, after this process has started, once."""
    clock = FakeClock()
    local = LocalAuthenticator(clock, key=b"k" * 32)
    early = link_key(b"k" * 32, clock.now() - 1)
    fresh, late, foreign = (link_key(key, clock.now()) for key in (b"k" * 32, b"k" * 32, b"l" * 32))
    entry = await local.sign_in(fresh, AuthRequest("GET", HOST))
    assert (await local.person(browser(entry))).name == "local"
    clock.shift(LINK_SECONDS)
    for wrong in (
        fresh,
        early,
        late,
        foreign,
        fresh[:-1],
        fresh.replace("-", "_"),
        "",
        "-".join(["0" * 20] * 3),
        "\xe9",
    ):
        with pytest.raises(Problem) as refused:
            await local.sign_in(wrong, AuthRequest("GET", HOST))
        assert refused.value.code == "unauthorized"
    again = LocalAuthenticator(clock, key=b"k" * 32)
    clock.shift(-1)
    for used in (fresh, late):
        with pytest.raises(Problem):
            await again.sign_in(used, AuthRequest("GET", HOST))


async def test_remembered_browsers_are_bounded() -> None:
    """ACC-4: the oldest goes, and then its cookie counts by itself."""
    local = access()
    entries = [await two_links(local) for _ in range(MAX_BROWSERS + 5)]
    assert len(local._browsers) == MAX_BROWSERS
    assert (await local.person(browser(entries[0]))).name == "local"


def two(clock: FakeClock) -> tuple[LocalAuthenticator, LocalAuthenticator]:
    sharing = ForkedAuthState()
    sign_outs = MemoryRevocationList(clock)
    return shared(sharing, clock, "", sign_outs), shared(sharing, clock, "", sign_outs)


def asked(entry: BrowserCredentials) -> AuthRequest:
    return AuthRequest(
        "GET",
        HOST,
        cookie=entry.cookie.partition(";")[0],
        headers=((PAGE_HEADER.encode(), entry.page.encode()),),
    )


async def test_one_process_signs_in_for_all() -> None:
    """ACC-51: one process spends the link for all; the sign-in holds at every one of them for
    twelve hours.
    """
    clock = FakeClock()
    one, other = two(clock)
    assert one.link_key == other.link_key != ""
    assert one.program_key == other.program_key != one.link_key
    line = await one.sign_in(one.link_key, AuthRequest("GET", HOST))
    assert other.link_key == ""
    assert (await other.person(asked(line))).name == "local"
    clock.shift(SESSION_SECONDS + 1)
    with pytest.raises(Problem):
        await other.person(asked(line))


async def test_the_link_is_spent_once() -> None:
    """ACC-51: a second sign-in by the same link is refused."""
    one, other = two(FakeClock())
    key = one.link_key
    await one.sign_in(key, AuthRequest("GET", HOST))
    with pytest.raises(Problem) as refused:
        await other.sign_in(key, AuthRequest("GET", HOST))
    assert refused.value.code == "unauthorized"


@pytest.mark.parametrize("change", ["f", "-", "zz-", "é"])
async def test_a_cookie_that_was_changed_is_worth_nothing(change: str) -> None:
    """ACC-51: a cookie of another program is refused too."""
    one, other = two(FakeClock())
    line = await one.sign_in(one.link_key, AuthRequest("GET", HOST))
    name, _, token = line.cookie.partition(";")[0].partition("=")
    for wrong in (
        change + token,
        token + change,
        token[: len(token) // 2] + change + token[len(token) // 2 :],
    ):
        with pytest.raises(Problem):
            await other.person(msgspec.structs.replace(asked(line), cookie=f"{name}={wrong}"))
    with pytest.raises(Problem):
        await two(FakeClock())[0].person(asked(line))


async def test_signing_out_holds_at_all_of_them() -> None:
    """ACC-51: the cookie is taken away, and a copy of it is worth nothing."""
    one, other = two(FakeClock())
    line = await one.sign_in(one.link_key, AuthRequest("GET", HOST))
    assert "Max-Age=0" in await one.sign_out(asked(line))
    for process in (one, other):
        with pytest.raises(Problem):
            await process.person(asked(line))
        assert "Max-Age=0" in await process.sign_out(asked(line))


def test_one_process_alone_has_its_own() -> None:
    """ACC-51: a single process shares no keys."""
    one, other = (
        shared(None, FakeClock(), "", MemoryRevocationList(FakeClock())) for _ in range(2)
    )
    assert one.link_key != other.link_key
    assert one.program_key != other.program_key


async def test_processes_of_one_key_and_store_take_a_fresh_link_once() -> None:
    """ACC-3: one process signs a browser in by the fresh link, and another one then refuses it."""
    clock, sharing = FakeClock(), ForkedAuthState()
    sign_outs = MemoryRevocationList(clock)
    one, other = (shared(sharing, clock, "", sign_outs, b"k" * 32) for _ in range(2))
    key = link_key(b"k" * 32, clock.now())
    entry = await one.sign_in(key, AuthRequest("GET", HOST))
    assert (await other.person(asked(entry))).name == "local"
    with pytest.raises(Problem):
        await other.sign_in(key, AuthRequest("GET", HOST))
