"""The file, the environment and the flags as one configuration."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from dagnet_realtime.config.load import Flags, load
from dagnet_realtime.model.problem import Problem
from tests.support.tries import tries

WHOLE = """
[server]
host = "127.0.0.1"
port = 9000
log  = "memory://"
public_url = "https://realtime.example.com/"

[access]
mode = "local"

[[workspace]]
id   = "acme-main"
env  = "prod"
path = "./acme"
trace = ["properties.trace_id", "session", "userId", "anonymousId"]
identity = "token"
properties = ["checkout_*"]
sample = 1.0
max_rate = 2000
token_key = "env:REALTIME_TOKEN_KEY"
token_rotation = "30d"
retention = "15m"
carried_per_second = 500
test_property = ""
relay = ""

[[workspace.source]]
id = "web"
kind = "webhook"
secrets = ["env:SEGMENT_SECRET"]
allow_unsigned = false
batch_signature = "first"
"""
ENVIRON = {"REALTIME_TOKEN_KEY": "key-k", "SEGMENT_SECRET": "secret-s"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "acme").mkdir()
    (tmp_path / "realtime.toml").write_text(WHOLE)
    return tmp_path / "realtime.toml"


def test_the_documented_file_loads_whole(file: Path) -> None:
    config = load(file, ENVIRON)
    assert config.server.port == 9000
    assert config.server.public_url == "https://realtime.example.com"
    workspace = config.workspaces[0]
    assert workspace.policy.properties == ("checkout_*",)
    assert workspace.policy.token_key is not None
    assert workspace.policy.token_key.reveal() == b"key-k"
    assert workspace.policy.relay is None


def test_secrets_are_in_no_repr(file: Path) -> None:
    """CLI-3: secrets are shown in no `repr`."""
    text = repr(load(file, ENVIRON))
    assert "key-k" not in text
    assert "secret-s" not in text


def test_flags_override_variables_which_override_the_file(file: Path) -> None:
    """CLI-6: flags override `DAGNET_REALTIME_*`, which override the file."""
    environ = {
        **ENVIRON,
        "DAGNET_REALTIME_PORT": "9001",
        "DAGNET_REALTIME_WORKSPACE_1_SAMPLE": "0.25",
    }
    assert load(file, environ).server.port == 9001
    assert load(file, environ).workspaces[0].policy.sample == 0.25
    assert load(file, environ, Flags(port=9002)).server.port == 9002


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("[server]\nport = 'x'", 'line 2, server.port: found "x", expected a whole number'),
        ("[servre]", "servre: unknown key"),
        ("server = 3", "line 1, server: found 3, expected a table"),
        ("workspace = 'x'", "expected an array of tables"),
        ("[[workspace]]\nid = 'a'\nenv = 'b'", "line 1, workspace[1]: `path` is missing"),
        ("a = ", "is not valid TOML"),
        ("[server]\nport = 1", "[[workspace]] is missing"),
    ],
)
def test_a_wrong_file_says_where_and_what(wrong: str, words: str, tmp_path: Path) -> None:
    """CLI-1: a wrong value names the file, the line, the key, what was found and what was expected."""
    file = tmp_path / "realtime.toml"
    file.write_text(wrong)
    with pytest.raises(Problem) as caught:
        load(file, {})
    assert words in caught.value.title
    assert "realtime.toml" in caught.value.title
    assert "\n" not in caught.value.sentence()


def test_a_variable_cannot_invent_a_workspace(file: Path) -> None:
    with pytest.raises(Problem, match=r"there is no workspace\[2\]"):
        load(file, {**ENVIRON, "DAGNET_REALTIME_WORKSPACE_2_ID": "x"})
    file.write_text("workspace = 3")
    with pytest.raises(Problem, match="expected an array of tables"):
        load(file, {"DAGNET_REALTIME_WORKSPACE_1_ID": "x"})


def test_a_wrong_variable_is_named(file: Path) -> None:
    with pytest.raises(Problem, match=r'^The variable DAGNET_REALTIME_PORT: found "high"'):
        load(file, {**ENVIRON, "DAGNET_REALTIME_PORT": "high"})


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    for name in ("gone.toml", "bad.toml", "."):
        with pytest.raises(Problem):
            load(tmp_path / name, {})


def test_without_a_file_the_folder_alone_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLI-8: a folder alone is enough to serve."""
    (tmp_path / "shop" / "graphs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    config = load(
        None,
        {"DAGNET_REALTIME_PORT": "0"},
        Flags(workspace=Path("shop"), demo=True, key_file=Path("k")),
    )
    assert [str(workspace.channel) for workspace in config.workspaces] == ["shop/local"]
    assert (config.server.port, config.demo, config.key_file) == (0, True, "k")
    with pytest.raises(Problem, match="cannot be combined"):
        load(Path("x"), {}, Flags(workspace=Path("shop")))


def test_nothing_configured_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problem, match=r"There is no realtime\.toml here"):
        load(None, {})


def test_the_file_can_be_named_by_a_variable(file: Path) -> None:
    assert load(None, {**ENVIRON, "DAGNET_REALTIME_CONFIG": str(file)}).server.port == 9000


@tries(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(["server", "access", "workspace", "x"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "env", "path", "port", "source", "y"]), inner)
        ),
    ),
)
def test_any_value_in_the_file_ends_in_a_configuration_or_a_problem(
    key: str, value: object, tmp_path: Path
) -> None:
    from dagnet_realtime.config.file import ServerTable, WorkspaceTable
    from dagnet_realtime.config.tables import SourceLocation, table, tables

    for read in (
        lambda: table(value, ServerTable, (key,), SourceLocation("f", {}, {})),
        lambda: tables(value, WorkspaceTable, (key,), SourceLocation("f", {}, {})),
    ):
        with contextlib.suppress(Problem):
            read()
