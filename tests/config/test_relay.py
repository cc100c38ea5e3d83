"""Relays that browsers can reach."""

from pathlib import Path

import pytest

from dagnet_realtime.cli.check import check
from dagnet_realtime.config.relay import checked_relay, encrypted_relays
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace
from tests.support.server import SAMPLE

PLAIN = [
    "pusher://k:hidden@soketi.internal:6001/1",
    "pusher://k:hidden@127.0.0.1:6001/1",
    "pusher://k:hidden@[::1]/1",
    "pusher+tls://k:hidden@soketi.internal/1?ws=ws://soketi.example.com",
]
ENCRYPTED = [
    "pusher+tls://k:hidden@soketi.internal:6001/1",
    "pusher://k:hidden@soketi.internal:443/1",
    "pusher://k:hidden@/1?cluster=eu",
    "pusher://k:hidden@soketi.internal:6001/1?ws=wss://soketi.example.com",
]


@pytest.mark.parametrize("relay", PLAIN)
def test_a_page_over_https_has_an_encrypted_way_to_its_relay(relay: str) -> None:
    """REL-26: anything else is refused, with the address that browsers would take and what to do, and without the secret."""
    with pytest.raises(Problem) as refused:
        checked_relay(Secret(relay), "realtime.toml: workspace.relay", "https://realtime.example.com")
    told = f"{refused.value.title} {refused.value.detail} {refused.value.remedy}"
    assert told.startswith("realtime.toml: workspace.relay: browsers could not connect to ws://")
    assert "ws=wss://HOST" in told
    assert "hidden" not in told
    for url in ("", "http://127.0.0.1:8765", "http://realtime.example.com"):
        assert checked_relay(Secret(relay), "", url) == Secret(relay)
    with pytest.raises(Problem, match="shop/prod"):
        encrypted_relays([workspace(None), workspace(Secret(relay))])


@pytest.mark.parametrize("relay", ENCRYPTED)
def test_a_relay_over_tls_goes_with_every_address(relay: str) -> None:
    """REL-26: whatever way we publish by."""
    for url in ("", "http://127.0.0.1:8765", "https://realtime.example.com"):
        assert checked_relay(Secret(relay), "", url) == Secret(relay)
    encrypted_relays([workspace(Secret(relay))])


@pytest.mark.parametrize(
    ("relay", "says"),
    [
        ("pusher://k:hidden@h:6001/1", "may open wss:// alone"),
        ("amqp://k:hidden@h/1", "neither pusher://"),
        ("pusher://k@h/1", "lacks the key"),
    ],
)
@pytest.mark.parametrize("ingest", ["server", "function"])
def test_check_refuses_what_a_start_would(relay: str, says: str, ingest: str, tmp_path: Path) -> None:
    """REL-1, REL-26: `check --config` too, for frames and for the function's events, with the place in the file."""
    file = tmp_path / "realtime.toml"
    tables = f'id = "shop"\nenv = "prod"\npath = "{SAMPLE}"\ntoken_key = "0123456789abcdef"\ningest = "{ingest}"\nrelay = "{relay}"\n'
    file.write_text(f'[server]\npublic_url = "https://realtime.example.com"\n[[workspace]]\n{tables}')
    with pytest.raises(Problem) as refused:
        check(config=file)
    assert f"{file}" in refused.value.title
    assert says in refused.value.detail
    assert "hidden" not in f"{refused.value.title}{refused.value.detail}{refused.value.remedy}"


def workspace(relay: Secret | None) -> Workspace:
    return Workspace(channel=Channel("shop", "prod"), path=".", policy=Policy(relay=relay))
