"""The program: commands, exit codes, one line for a problem."""

import subprocess
import sys

import pytest

from dagnet_realtime import __version__
from dagnet_realtime.cli.main import app, main

COMMANDS = (
    "demo",
    "expect",
    "serve",
    "check",
    "send",
    "simulate",
    "tail",
    "ui",
    "schema",
    "token create",
    "token list",
    "token revoke",
)


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["dagnet-realtime", *arguments])
    code = main()
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLI-15: every command has `--help` with an example."""
    code, out, _ = run(capsys, monkeypatch, *command.split(), "--help")
    assert code == 0
    assert f"dagnet-realtime {command}" in out.split("Example:", 1)[1]


def test_the_version_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, monkeypatch, "--version") == (0, f"dagnet-realtime {__version__}\n", "")


def test_a_problem_is_one_line_on_stderr_and_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLI-17: exit codes are 0 ok, 1 the user's problem told in one line on stderr, 2 usage."""
    code, out, err = run(capsys, monkeypatch, "serve", "--workspace", "/nonexistent")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "There is no folder /nonexistent" in err


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["serve", "--port", "high"], ["send"], ["ui"], ["schema", "nothing"], ["--nothing"]],
)
def test_wrong_usage_is_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLI-17: exit code 2 is for usage."""
    code, _, err = run(capsys, monkeypatch, *arguments)
    assert code == 2
    assert err


def test_the_module_is_the_same_program_and_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m dagnet_realtime schema | sleep 0.01; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0
    assert done.stderr == b""


def test_the_command_line_loads_without_the_server() -> None:
    """CLI-15: asking for help or the version loads neither the server nor an HTTP library."""
    heavy = ("starlette", "uvicorn", "httpx", "rich.table", "watchfiles")
    code = f"import sys, dagnet_realtime.cli.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=30, check=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_every_command_of_the_contract_is_there() -> None:
    named = {command.name for command in app.registered_commands} | {
        group.name for group in app.registered_groups
    }
    assert named == {
        "demo",
        "expect",
        "serve",
        "check",
        "send",
        "simulate",
        "tail",
        "token",
        "link",
        "ui",
        "schema",
        "function",
    }
