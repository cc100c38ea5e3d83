"""Channels and sources."""

from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.secret import Secret


def test_a_channel_reads_as_workspace_and_env() -> None:
    """LOG-5: two environments of one workspace are two channels."""
    assert str(Channel("acme", "prod")) == "acme/prod"
    assert Channel("acme", "prod") != Channel("acme", "dev")


def test_a_source_never_shows_its_secrets() -> None:
    """Whatever prints it."""
    source = Source(id="web", channel=Channel("acme", "prod"), kind="webhook", secrets=(Secret("hidden"),), write_key=Secret("hidden"))
    assert "hidden" not in f"{source!r} {source}"
