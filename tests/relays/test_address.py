"""The relay's address, as a configuration writes it."""

import pytest

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.relays.address import parse_relay_url


def test_one_url_says_it_all() -> None:
    """REL-1: a URL holds key, secret, host and app; the defaults are Pusher's limits."""
    address = parse_relay_url("pusher://key:s%2Fcret@host.example:6001/4711")
    assert (address.api, address.ws_host, address.ws_port, address.tls) == (
        "http://host.example:6001",
        "host.example",
        6001,
        False,
    )
    assert (address.app_id, address.key, address.secret.reveal()) == ("4711", "key", b"s/cret")
    assert (address.limit, address.batch, address.pieces, address.every) == (10_000, 10, 2, 0.25)


def test_tls_follows_from_the_scheme_or_the_port() -> None:
    """REL-1: `pusher+tls` or port 443 means TLS."""
    assert parse_relay_url("pusher+tls://k:s@h/1").api == "https://h:443"
    assert parse_relay_url("pusher://k:s@h:443/1").tls
    assert parse_relay_url("pusher+tls://k:s@[::1]:6001/1").api == "https://[::1]:6001"


def test_a_cluster_stands_for_pushers_own_hosts() -> None:
    """REL-1: their HTTP interface and their sockets have different names."""
    address = parse_relay_url("pusher://k:s@/1?cluster=eu")
    assert (address.api, address.ws_host, address.ws_port, address.tls) == (
        "https://api-eu.pusher.com:443",
        "ws-eu.pusher.com",
        443,
        True,
    )


def test_browsers_may_have_another_way_in() -> None:
    """REL-1: behind a proxy the socket's address is its own."""
    address = parse_relay_url("pusher://k:s@10.0.0.1:6001/1?ws=wss://live.example.com")
    assert (address.api, address.ws_host, address.ws_port, address.tls) == (
        "http://10.0.0.1:6001",
        "live.example.com",
        443,
        True,
    )


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("pusher://k:s@h:6001/1", "ws://h:6001"),
        ("pusher+tls://k:s@[::1]:6001/1", "wss://[::1]:6001"),
        ("pusher://k:s@10.0.0.1:6001/1?ws=wss://Live.example.com/", "wss://live.example.com:443"),
        ("pusher://k:s@10.0.0.1:6001/1?ws=ws://[::1]:80", "ws://[::1]:80"),
    ],
)
def test_the_pages_policy_names_the_sockets_origin(url: str, socket: str) -> None:
    """REL-1, ACC-9: the page's policy allows the socket's origin only."""
    assert parse_relay_url(url).socket == socket


def test_limits_can_be_the_providers_own() -> None:
    """REL-1: the limits of a provider can be set, since one's own server may allow more or less."""
    address = parse_relay_url("pusher://k:s@h/1?limit=50000&batch=5&pieces=4&every=0.1&encrypted=1")
    assert (address.limit, address.batch, address.pieces, address.every) == (50_000, 5, 4, 0.1)
    assert 30_000 < address.body_limit < 37_500


@pytest.mark.parametrize(
    "url",
    [
        "http://k:sesame@h/1",
        "pusher://k:sesame@h",
        "pusher://sesame@h/1",
        "pusher://k:sesame@h:port/1",
        "pusher://k:sesame@/1",
        "pusher://k:sesame@h/1?colour=red",
        "pusher://k:sesame@h/1?every=often",
        "pusher://k:sesame@h/1?limit=5",
        "pusher://k:sesame@h/1/2",
        "pusher://k:sesame@/1?cluster=e.vil/",
        "pusher://[k:sesame@h/1",
        "pusher://k:sesame@h;script-src/1",
        "pusher://k:sesame@h'/1",
        "pusher://k:sesame@h%20x/1",
        "pusher://k:sesame@*/1",
        "pusher://k:sesame@m\u00fcller.example/1",
        "pusher://k:sesame@h/1?ws=wss://h;script-src%20*",
        "pusher://k:sesame@h/1?ws=wss://h%20'unsafe-inline'",
        "pusher://k:sesame@h/1?ws=wss://*.example.com",
        "pusher://k:sesame@h/1?ws=wss://h,x",
        "pusher://k:sesame@h/1?ws=wss://h%0d%0ax",
        "pusher://k:sesame@h/1?ws=wss://",
        "pusher://k:sesame@h/1?ws=live.example.com",
        "pusher://k:sesame@h/1?ws=https://live.example.com",
        "pusher://k:sesame@h/1?ws=wss://u:sesame@live.example.com",
        "pusher://k:sesame@h/1?ws=wss://live.example.com/path",
        "pusher://k:sesame@h/1?ws=wss://live.example.com:port",
    ],
)
def test_a_wrong_address_says_why_and_shows_no_secret(url: str) -> None:
    """REL-1: the problem is one sentence with what to write, and shows no secret."""
    with pytest.raises(Problem) as caught:
        parse_relay_url(url)
    assert caught.value.code == "invalid"
    assert "sesame" not in f"{caught.value.sentence()} {caught.value.detail} {caught.value.remedy}"
