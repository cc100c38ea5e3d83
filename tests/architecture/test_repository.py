"""What is committed: generated files are fresh, files are whole, and nothing belongs to one
machine.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, named, tracked

TEXT = {
    ".py",
    ".ts",
    ".tsx",
    ".js",
    ".mjs",
    ".md",
    ".toml",
    ".json",
    ".yaml",
    ".yml",
    ".css",
    ".html",
    ".sh",
    ".svg",
    "",
}
MACHINE = re.compile("/wo" + "rk/|/ro" + "ot/|/ho" + r"me/\w+/|/tmp/" + "(?:plan|cli)")
UNFINISHED = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + "XX|HA" + r"CK)\b")


def _texts() -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix in TEXT and "fixtures" not in path.parts and path.name != "package-lock.json"
    ]


@pytest.mark.parametrize(
    "tool", ["wire_types.py", "reference.py", "function.py", "react_flow_css.py"]
)
def test_generated_files_are_fresh(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / tool, "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_nothing_names_one_machine() -> None:
    assert not [
        named(path) for path in _texts() if MACHINE.search(path.read_text(errors="replace"))
    ]


def test_nothing_is_left_to_be_done() -> None:
    assert not [
        named(path) for path in _texts() if UNFINISHED.search(path.read_text(errors="replace"))
    ]


def test_lock_files_are_there_for_both_languages() -> None:
    for name in ("requirements/dev.lock", "requirements/runtime.lock", "web/package-lock.json"):
        assert (ROOT / name).is_file()
    for lock in (ROOT / "requirements").glob("*.lock"):
        pinned = re.findall(r"^[a-z0-9][^\s=]*==", lock.read_text(), re.MULTILINE)
        assert pinned
        assert lock.read_text().count("--hash=sha256:") >= len(pinned)


def test_every_dependency_says_what_it_saves() -> None:
    page = (ROOT / "docs" / "decisions" / "dependencies.md").read_text().lower()
    project = (ROOT / "pyproject.toml").read_text()
    names = re.findall(
        r'^  "([a-z0-9.-]+)', project.split("[project.optional-dependencies]")[0], re.MULTILINE
    )
    for package in ("client", "layer", "react", "app"):
        written = (ROOT / "web" / package / "package.json").read_text()
        listed = written.split('"dependencies"')[1].split("}")[0]
        names += [
            name
            for name in re.findall(r'"(@?[a-z0-9/.-]+)":', listed)
            if not name.startswith("@dagnet-realtime/")
        ]
    assert not [name for name in names if name.removesuffix("-mono") not in page]
