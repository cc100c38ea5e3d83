"""`demo`."""

import socket

import pytest

from dagnet_realtime.cli import run_server
from dagnet_realtime.cli.demo import SAMPLE, demo, has_screen, is_in_use
from dagnet_realtime.config.config import Config


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    seen: list[Config] = []
    monkeypatch.setattr(run_server, "serving", lambda config, **options: seen.append(config))
    return seen


def test_the_demo_needs_no_configuration(served: list[Config]) -> None:
    """CLI-8: `demo` runs without a configuration, on any free port."""
    demo(port=0, browser=False)
    assert served[0].demo
    assert [str(workspace.channel) for workspace in served[0].workspaces] == ["shop/local"]
    assert served[0].workspaces[0].policy.properties


def test_another_port_is_taken_where_its_own_is(
    served: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert is_in_use("127.0.0.1", port)
        monkeypatch.setenv("DAGNET_REALTIME_PORT", str(port))
        demo(browser=False)
    assert served[0].server.port == 0


def test_a_browser_is_opened_only_where_there_is_a_screen() -> None:
    assert not has_screen({"CI": "true", "DISPLAY": ":0"})
    assert has_screen({"DISPLAY": ":0"})


def test_the_sample_is_in_the_package() -> None:
    assert (SAMPLE / "graphs" / "uk-checkout-journey.json").is_file()
