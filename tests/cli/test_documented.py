"""The commands of the documentation: each names what there is, and those that can be run are run."""

import asyncio
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from dagnet_realtime.cli.main import app
from tests.architecture.sources import ROOT, named, tracked
from tests.public.command import command
from tests.support.server import GRAPH, SAMPLE, serving

PAGES = tuple(
    path
    for path in tracked()
    if path.suffix == ".md" and (path.parent == ROOT or path.is_relative_to(ROOT / "docs"))
)
COMMAND = re.compile(r"(?:^|[\s`/])dagnet-realtime ([a-z]+(?=\s|`|$)[^`\n#|>]*)")


def documented() -> Iterator[tuple[str, str]]:
    """Each command of a page that stands in code, as `page: command`, without what a shell adds."""
    for path in PAGES:
        text = path.read_text().replace("\\\n", " ")
        spans = re.findall(r"`([^`\n]+)`", text)
        lines = re.findall(r"^(?: {4}|[a-z./]).*$", text, re.MULTILINE)
        for line in (*spans, *lines):
            for found in COMMAND.findall(line if line in spans else f" {line}"):
                yield named(path), found.partition(" -- ")[0].strip()


def parameters(words: list[str]) -> tuple[str, set[str], list[str]]:
    """The command that `words` names, its options, and the words after it."""
    found = typer.main.get_command(app)
    path: list[str] = []
    while commands := getattr(found, "commands", None):
        if not words or words[0] not in commands:
            break
        path.append(words[0])
        found, words = commands[words[0]], words[1:]
    options = {name for one in found.params for name in (*one.opts, *one.secondary_opts)}
    return " ".join(path), options | {"--help", "-h"}, words


def test_every_documented_command_and_option_exists() -> None:
    """CLI-15: no page names a command or an option that the program does not have."""
    found = list(documented())
    assert len(found) > 40
    wrong = []
    for place, text in found:
        words = shlex.split(text)
        name, options, rest = parameters(words)
        unknown = [word.partition("=")[0] for word in rest if word.startswith("--")]
        unknown = [word for word in unknown if word not in options]
        if unknown or not name:
            wrong.append(f"{place}: {text}")
    assert not wrong


def test_every_documented_word_of_make_exists() -> None:
    """CLI-15: each `make` target that the pages name exists."""
    words = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in PAGES:
        if path.name == "CHANGELOG.md":
            continue
        asked = re.findall(r"(?:`|^ {4})make ([a-z]+)", path.read_text(), re.MULTILINE)
        assert set(asked) <= words, named(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "./my-data-repository"],
        ["schema", "openapi"],
        ["schema", "frames"],
        ["schema", "session_log"],
        ["ui", "--out", "./realtime"],
        ["token", "create", "ada", "--tokens", "tokens.json"],
    ],
    ids=" ".join,
)
def test_a_documented_command_runs(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLI-17: commands run as the pages give them, in a folder that holds a data repository."""
    shutil.copytree(SAMPLE, tmp_path / "my-data-repository")
    monkeypatch.chdir(tmp_path)
    documented_ones = [shlex.split(text) for _, text in documented()]
    given = arguments[:3] if arguments[0] == "token" else arguments
    assert any(words[: len(given)] == given for words in documented_ones)
    ran = command(*arguments)
    assert ran.code == 0, ran.err


async def test_the_api_pages_curl_lines_run_as_they_stand() -> None:
    """API-3: On, a poll, a stream and Off, with only the names of a server and its graph changed."""
    (block,) = re.findall(
        r"^```sh\n(.*?)^```$",
        (ROOT / "docs/reference/api.md").read_text(),
        re.DOTALL | re.MULTILINE,
    )
    async with serving() as served:
        changes = {
            "https://realtime.example.com": served.url,
            '"acme-main"': '"shop"',
            '"prod"': '"test"',
            '"checkout"': f'"{GRAPH}"',
            "wait=25": "wait=0",
            "curl ": "curl -sS -m 20 ",
            "-N ": "-N -r 0-200 -m 2 ",
        }
        for old, new in changes.items():
            block = block.replace(old, new)
        lines = block.replace("\\\n", " ").splitlines()
        start, lines = "\n".join(lines[:2]), lines[2:]

        async def run(line: str) -> str:
            made = await asyncio.create_subprocess_shell(
                f"TOKEN={served.programs}\n{start}\n{line}", stdout=asyncio.subprocess.PIPE
            )
            return (await made.communicate())[0].decode()

        opened = json.loads(await run(lines[0]))
        for number, line in enumerate(lines[1:]):
            told = await run(
                line.replace("SESSION", opened["watch_session_id"]).replace(
                    "POSITION", opened["position"]
                )
            )
            wanted = ('"frames"', '"op":"hello"', "")[number]
            assert wanted in told.replace(" ", ""), line
        assert (
            await served.client.get(f"/api/watch/{opened['watch_session_id']}/frames")
        ).status_code == 410
