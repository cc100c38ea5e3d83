"""The cookie of a signed-in browser."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.web.auth.cookie import LARGEST, SealedCookie, cookies, fresh_id
from tests.support.clock import FakeClock


class Note(msgspec.Struct, frozen=True, array_like=True):
    id: str
    until: int
    text: str = ""


CLOCK = FakeClock()
SOON = CLOCK.now() + 60_000


def pair(line: str | None) -> str:
    assert line is not None
    return line.partition(";")[0]


def test_a_cookie_is_kept_from_scripts_other_sites_and_plain_http() -> None:
    """ACC-13: the cookie's attributes and name bind it to the host."""
    line = SealedCookie(Note, b"key", CLOCK).encode(Note("a", SOON))
    assert line is not None
    assert line.startswith("__Host-dagnet_realtime=")
    assert {part.strip() for part in line.split(";")[1:]} == {
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
        "Secure",
        "Max-Age=60",
    }
    plain = SealedCookie(Note, b"key", CLOCK, secure=False, same_site="Lax", name="x_80").encode(
        Note("a", SOON)
    )
    assert plain is not None
    assert plain.startswith("x_80=")
    assert "Secure" not in plain
    assert "Max-Age=0" in SealedCookie(Note, b"key", CLOCK).cleared


async def test_what_is_sealed_is_read_by_who_has_the_key() -> None:
    """ACC-13: only a process with the key, under the same cookie name, can read a sealed cookie;
    its content is not legible.
    """
    said = Note("a", SOON, "a secret")
    header = f"other=1; {pair(SealedCookie(Note, b'key', CLOCK).encode(said))}; more=2"
    assert await SealedCookie(Note, b"key", CLOCK).read(header) == said
    assert await SealedCookie(Note, b"another", CLOCK).read(header) is None
    assert (
        await SealedCookie(Note, b"key", CLOCK, name="other_name").read(
            header.replace("dagnet_realtime", "other_name")
        )
        is None
    )
    assert "secret" not in header


async def test_a_cookie_lapses_and_is_signed_out() -> None:
    """ACC-13: a copy of it is worth nothing then."""
    clock = FakeClock()
    jar = SealedCookie(Note, b"key", clock)
    said = Note("a", clock.now() + 60_000)
    header = pair(jar.encode(said))
    assert await jar.read(header) == said
    await jar.end(said)
    assert await jar.read(header) is None
    other = pair(jar.encode(Note("b", clock.now() + 60_000)))
    clock.shift(60)
    assert await jar.read(other) is None


def test_a_cookie_that_no_browser_would_keep_is_not_made() -> None:
    """ACC-13: a cookie over four kilobytes is not made."""
    jar = SealedCookie(Note, b"key", CLOCK)
    assert jar.encode(Note("a", SOON, "x" * LARGEST)) is None


@given(st.text(max_size=200), st.binary(max_size=60))
async def test_anything_may_be_sent_as_a_cookie(text: str, tail: bytes) -> None:
    """ACC-13: any other text is read as no cookie, and raises nothing."""
    jar = SealedCookie(Note, b"key", CLOCK, secure=False)
    header = f"dagnet_realtime={text}; dagnet_realtime={tail.hex()}{'A' * 20}"
    assert await jar.read(header) is None


@pytest.mark.parametrize("place", range(0, 120, 7))
async def test_a_cookie_that_was_changed_anywhere_is_none(place: int) -> None:
    """ACC-13: a cookie with one changed character is refused."""
    jar = SealedCookie(Note, b"key", CLOCK)
    name, _, value = pair(jar.encode(Note("a", SOON, "padding " * 8))).partition("=")
    other = "A" if value[place] != "A" else "B"
    assert await jar.read(f"{name}={value[:place]}{other}{value[place + 1 :]}") is None


def test_cookies_are_found_by_their_whole_name() -> None:
    """ACC-13: cookies are found among others, all of that name."""
    value = "v" * 24
    assert cookies(f"a={value}; xa={value}1; a={value}2", "a") == [value, f"{value}2"]
    assert len({fresh_id() for _ in range(10)}) == 10
