"""Minting and recognising access tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.access_tokens import create_token, find_token


def chance(count: int) -> bytes:
    return bytes(range(count))


def test_a_token_is_recognised_and_its_secret_is_kept_nowhere() -> None:
    """ACC-11: only hashes of access tokens are kept."""
    kept, text = create_token("ci", "watch", ("acme/prod",), 1_000, 60.0, chance)
    assert find_token([kept], text, 1_500) == kept
    assert text.rsplit("_", 1)[1] not in repr(kept)
    assert kept.expires_at == 61_000


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + "x",
        lambda text: "x" + text,
        lambda text: text + "_",
        lambda text: "",
    ],
)
def test_anything_else_is_not(change) -> None:  # type: ignore[no-untyped-def]
    kept, text = create_token("ci", "watch", ("*",), 1_000, None, chance)
    assert find_token([kept], change(text), 1_500) is None
    assert find_token([], text, 1_500) is None


def test_a_token_that_has_expired_is_not_recognised() -> None:
    kept, text = create_token("ci", "watch", ("*",), 1_000, 1.0, chance)
    assert find_token([kept], text, 1_999) == kept
    assert find_token([kept], text, 2_000) is None


@given(st.text())
def test_any_text_can_be_presented(text: str) -> None:
    kept, _ = create_token("ci", "watch", ("*",), 0, None, chance)
    assert find_token([kept], text, 1) is None
