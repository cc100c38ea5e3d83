"""Secrets."""

from dagnet_realtime.model.access import Secret


def test_a_secret_shows_itself_only_when_asked() -> None:
    """Neither `repr`, nor `str`, nor formatting tells it."""
    secret = Secret("hidden")
    assert "hidden" not in f"{secret} {secret!r} {secret!s} {[secret]}"
    assert secret.reveal() == b"hidden"


def test_equal_secrets_are_equal() -> None:
    """A secret from text equals the one from its bytes, in sets too."""
    assert Secret("a") == Secret(b"a") != Secret("b")
    assert len({Secret("a"), Secret(b"a")}) == 1
    assert Secret("a") != "a"
