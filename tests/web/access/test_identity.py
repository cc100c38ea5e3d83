"""Refusals around an identity provider."""

from dagnet_realtime.web.access.identity import Identity, Settings, denied, unreachable


def test_a_no_is_final_and_a_silence_is_not() -> None:
    """ACC-17: who is refused signs in again, who cannot be confirmed tries again."""
    assert (denied("x").code, denied("x").retry_after) == ("unauthorized", None)
    assert (unreachable("x").code, unreachable("x").retry_after) == ("unavailable", 10)


def test_a_scope_is_asked_for_by_default() -> None:
    """ACC-16: the id token, the name and the address."""
    assert Settings(issuer="i", client_id="c").scopes == ("openid", "email", "profile")
    assert Identity("s", "n").groups == ()
