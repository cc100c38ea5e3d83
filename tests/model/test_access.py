"""Secrets.

Access tokens as they are kept.
"""

import pytest

from dagnet_realtime.model.access import AccessToken, Secret


def test_a_secret_shows_itself_only_when_asked() -> None:
    """Neither `repr`, nor `str`, nor formatting tells it."""
    secret = Secret("hidden")
    assert "hidden" not in f"{secret} {secret!r} {secret!s} {[secret]}"
    assert secret.reveal() == b"hidden"


def test_equal_secrets_are_equal() -> None:
    """As text and as bytes, in sets too."""
    assert Secret("a") == Secret(b"a") != Secret("b")
    assert len({Secret("a"), Secret(b"a")}) == 1
    assert Secret("a") != "a"


@pytest.mark.parametrize(
    ("channels", "allowed"),
    [
        (("*",), True),
        (("acme/*",), True),
        (("acme/prod",), True),
        (("acme/dev", "acme/prod"), True),
        (("acme/dev",), False),
        ((), False),
        (("acme",), False),
    ],
)
def test_a_token_is_for_the_channels_it_names(channels: tuple[str, ...], allowed: bool) -> None:
    token = AccessToken(id="a", name="n", digest="d", role="watch", channels=channels, created_at=0)
    assert token.allows("acme", "prod") is allowed
