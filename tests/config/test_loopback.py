"""Hosts that are this machine alone."""

import pytest

from dagnet_realtime.config.loopback import loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost"])
def test_loopback_hosts_are_known(host: str) -> None:
    assert loopback(host)
    assert not loopback(f"{host}.example.com")
