"""Access tokens as they are kept."""

import pytest

from dagnet_realtime.model.access_token import AccessToken


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
