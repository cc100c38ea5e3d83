"""A provider to which a function publishes."""

import pytest

from dagnet_realtime.function.channels import FunctionChannelSigner
from dagnet_realtime.function.plan import FunctionChannels
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.relays.address import parse_relay_url
from dagnet_realtime.relays.signing import sign_subscription

ACME, OTHER = Channel("acme", "prod"), Channel("acme", "stage")
NOW = 1_767_323_045_678


def relay(channel: Channel = ACME, url: str = "pusher://k:s@h:6001/4711") -> FunctionChannelSigner:
    return FunctionChannelSigner(parse_relay_url(url), channel, b"token key")


def test_only_the_channels_of_this_moment_are_signed() -> None:
    """FUN-4: another workspace's channel, one of another time and an invented name are
    not signed.
    """
    one = relay()
    (channel,) = one.channels(NOW)
    assert one.authorise(channel, "1.2", NOW) == {
        "auth": sign_subscription("k", b"s", "1.2", channel)
    }
    later = FunctionChannels(ACME, b"token key").at(NOW + 3_600_000)
    for name in (*relay(OTHER).channels(NOW), later, "private-x", "", "\ud800"):
        with pytest.raises(Problem, match="not this workspace's"):
            one.authorise(name, "1.2", NOW)
    with pytest.raises(Problem, match="Invalid socket id"):
        one.authorise(channel, "1.2:private-x", NOW)


def test_what_browsers_and_the_function_learn_holds_no_secret() -> None:
    """FUN-5: both learn where the provider is, and no secret."""
    one = relay(url="pusher://k:hidden-secret@/4711?cluster=eu&limit=5000")
    assert (one.provider.api, one.provider.limit, one.connects) == (
        "https://api-eu.pusher.com:443",
        5000,
        "wss://ws-eu.pusher.com:443",
    )
    assert "hidden-secret" not in f"{one.provider} {one.public} {one.connects}"
    assert one.secret == "hidden-secret"


def test_an_encrypted_address_is_refused() -> None:
    """FUN-12: an encrypted provider address is refused, since the function cannot encrypt."""
    with pytest.raises(Problem, match="cannot be encrypted"):
        relay(url="pusher://k:s@h/1?encrypted=1")
