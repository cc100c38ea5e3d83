"""Local access of several processes."""

import msgspec
import pytest

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.ended import OwnSignOuts
from dagnet_realtime.web.access.local import PAGE_HEADER, SESSION_SECONDS, Entry, LocalAccess, link_key
from dagnet_realtime.web.access.shared import Sharing, shared
from tests.support.clock import FakeClock

HOST = "127.0.0.1:8765"


def two(clock: FakeClock) -> tuple[LocalAccess, LocalAccess]:
    sharing = Sharing()
    sign_outs = OwnSignOuts(clock)
    return shared(sharing, clock, "", sign_outs), shared(sharing, clock, "", sign_outs)


def asked(entry: Entry) -> Asked:
    return Asked("GET", HOST, cookie=entry.cookie.partition(";")[0], headers=((PAGE_HEADER.encode(), entry.page.encode()),))


async def test_one_process_signs_in_for_all() -> None:
    """ACC-50: by the link, which is spent for all, and for twelve hours."""
    clock = FakeClock()
    one, other = two(clock)
    assert one.link_key == other.link_key != ""
    assert one.program_key == other.program_key != one.link_key
    line = await one.sign_in(one.link_key, Asked("GET", HOST))
    assert other.link_key == ""
    assert (await other.person(asked(line))).name == "local"
    clock.shift(SESSION_SECONDS + 1)
    with pytest.raises(Problem):
        await other.person(asked(line))


async def test_the_link_is_spent_once() -> None:
    """ACC-50: whoever is second is not signed in."""
    one, other = two(FakeClock())
    key = one.link_key
    await one.sign_in(key, Asked("GET", HOST))
    with pytest.raises(Problem) as refused:
        await other.sign_in(key, Asked("GET", HOST))
    assert refused.value.code == "unauthorized"


@pytest.mark.parametrize("change", ["f", "-", "zz-", "é"])
async def test_a_cookie_that_was_changed_is_worth_nothing(change: str) -> None:
    """ACC-50: nor one of another command."""
    one, other = two(FakeClock())
    line = await one.sign_in(one.link_key, Asked("GET", HOST))
    name, _, token = line.cookie.partition(";")[0].partition("=")
    for wrong in (change + token, token + change, token[: len(token) // 2] + change + token[len(token) // 2 :]):
        with pytest.raises(Problem):
            await other.person(msgspec.structs.replace(asked(line), cookie=f"{name}={wrong}"))
    with pytest.raises(Problem):
        await two(FakeClock())[0].person(asked(line))


async def test_signing_out_holds_at_all_of_them() -> None:
    """ACC-50: the cookie is taken away, and a copy of it is worth nothing."""
    one, other = two(FakeClock())
    line = await one.sign_in(one.link_key, Asked("GET", HOST))
    assert "Max-Age=0" in await one.sign_out(asked(line))
    for process in (one, other):
        with pytest.raises(Problem):
            await process.person(asked(line))
        assert "Max-Age=0" in await process.sign_out(asked(line))


def test_one_process_alone_has_its_own() -> None:
    """ACC-50: nothing is shared if there is nobody to share with."""
    one, other = (shared(None, FakeClock(), "", OwnSignOuts(FakeClock())) for _ in range(2))
    assert one.link_key != other.link_key
    assert one.program_key != other.program_key


async def test_processes_of_one_key_and_store_take_a_fresh_link_once() -> None:
    """ACC-57: whichever is asked first."""
    clock, sharing = FakeClock(), Sharing()
    sign_outs = OwnSignOuts(clock)
    one, other = (shared(sharing, clock, "", sign_outs, b"k" * 32) for _ in range(2))
    key = link_key(b"k" * 32, clock.now())
    entry = await one.sign_in(key, Asked("GET", HOST))
    assert (await other.person(asked(entry))).name == "local"
    with pytest.raises(Problem):
        await other.sign_in(key, Asked("GET", HOST))
