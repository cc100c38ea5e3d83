"""The recorded files, and what differs from them."""

import difflib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("recorded")


def differences(name: str, lines: Sequence[str]) -> str:
    """Lines that are gone (`-`) and lines that are new (`+`) since `recorded/NAME.txt` was written."""
    before = (FOLDER / f"{name}.txt").read_text().splitlines()
    found = difflib.unified_diff(before, list(lines), lineterm="", n=0)
    return "\n".join(line for line in found if not line.startswith(("---", "+++", "@@")))


def write(name: str, lines: Sequence[str]) -> None:
    """Records `lines` as `recorded/NAME.txt`."""
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")


def write_json(name: str, value: Any) -> None:
    """Records a value as `recorded/NAME.json`."""
    (FOLDER / f"{name}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def read_json(name: str) -> Any:
    """The value in `recorded/NAME.json`."""
    return json.loads((FOLDER / f"{name}.json").read_text())
