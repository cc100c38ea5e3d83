"""Values of the configuration: local hosts, durations, secrets by reference, and variables that
override the file.
"""

from pathlib import Path

import pytest

from dagnet_realtime.config.sources import (
    ResolveContext,
    is_loopback_host,
    overrides,
    seconds,
    secret,
)
from dagnet_realtime.config.tables import SourceLocation
from dagnet_realtime.model.problem import Problem


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost"])
def test_loopback_hosts_are_known(host: str) -> None:
    assert is_loopback_host(host)
    assert not is_loopback_host(f"{host}.example.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15m", 900.0),
        ("30d", 2_592_000.0),
        ("1.5h", 5400.0),
        ("250ms", 0.25),
        ("0s", 0.0),
        (" 2s ", 2.0),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: float) -> None:
    """CLI-6: durations are a number and one of ms, s, m, h, d."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "15", "m", "-1m", "1 m", "15min", "1e3s", "١m", "1m2s"])
def test_anything_else_is_no_duration(text: str) -> None:
    assert seconds(text) is None


def test_a_secret_comes_from_the_environment_a_file_or_the_line_itself(tmp_path: Path) -> None:
    """CLI-6: `env:NAME` and `file:PATH` stand for the variable's value and the file's content without its last line break."""
    (tmp_path / "key").write_text("from-file\n")
    environ = {"KEY": "from-env"}
    assert secret("env:KEY", "x", environ, tmp_path).reveal() == b"from-env"
    assert secret("file:key", "x", environ, tmp_path).reveal() == b"from-file"
    assert secret("plain", "x", environ, tmp_path).reveal() == b"plain"


@pytest.mark.parametrize(
    "written", ["env:NONE", "env:EMPTY", "file:none", "file:empty", "file:.", "file:large"]
)
def test_a_reference_that_leads_nowhere_is_reported_with_its_place(
    written: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "large").write_text("x" * 70_000)
    with pytest.raises(Problem) as caught:
        secret(written, "realtime.toml, line 3, workspace[1].token_key", {"EMPTY": ""}, tmp_path)
    assert caught.value.title.startswith("realtime.toml, line 3")
    assert "\n" not in caught.value.sentence()


def test_references_are_resolved_where_they_stand() -> None:
    """CLI-6: references are read from the environment or the file's folder; a wrong one is named by
    its key.
    """
    around = ResolveContext(
        SourceLocation("realtime.toml", {}, {}), {"KEY": "value"}, Path(), lambda n: bytes(n)
    )
    assert around.secret("env:KEY", "access", "cookie_key").reveal() == b"value"
    with pytest.raises(Problem, match=r"access\.cookie_key"):
        around.secret("env:NONE", "access", "cookie_key")


def test_a_variable_names_a_key_of_any_table() -> None:
    """CLI-6: `DAGNET_REALTIME_*` overrides any key: `…_PORT`, `…_ACCESS_MODE`, `…_WORKSPACE_1_SAMPLE`, `…_WORKSPACE_1_SOURCE_2_ID`."""
    found = overrides(
        {
            "DAGNET_REALTIME_PORT": "0",
            "DAGNET_REALTIME_SERVER_HOST": "::1",
            "DAGNET_REALTIME_ACCESS_MODE": "token",
            "DAGNET_REALTIME_WORKSPACE_1_SAMPLE": "0.5",
            "DAGNET_REALTIME_WORKSPACE_2_PROPERTIES": "a, b_*,",
            "DAGNET_REALTIME_WORKSPACE_1_SOURCE_2_ALLOW_UNSIGNED": "TRUE",
            "HOME": "/",
        }
    )
    assert {path: value for path, (_, value) in found.items()} == {
        ("server", "port"): 0,
        ("server", "host"): "::1",
        ("access", "mode"): "token",
        ("workspace", 0, "sample"): 0.5,
        ("workspace", 1, "properties"): ["a", "b_*"],
        ("workspace", 0, "source", 1, "allow_unsigned"): True,
    }


@pytest.mark.parametrize(
    "name", ["PROT", "ACCESS_MOOD", "WORKSPACE_0_ID", "WORKSPACE_1_SOURCE", "WORKSPACE_ID", ""]
)
def test_a_variable_that_names_no_key_is_an_error(name: str) -> None:
    with pytest.raises(Problem, match="names no key"):
        overrides({f"DAGNET_REALTIME_{name}": "1"})


def test_variables_that_references_read_are_left_alone() -> None:
    names = {
        "DAGNET_REALTIME_TOKEN_KEY": "x",
        "DAGNET_REALTIME_CONFIG": "f",
        "DAGNET_REALTIME_STATE_DIR": "d",
    }
    assert overrides(names, ["DAGNET_REALTIME_TOKEN_KEY"]) == {}


def test_what_is_no_number_stays_text_so_that_the_message_can_show_it() -> None:
    assert overrides({"DAGNET_REALTIME_PORT": "high"}) == {
        ("server", "port"): ("DAGNET_REALTIME_PORT", "high")
    }
