"""Segment's Destination Function as the command writes it, run by Node in the runtime that Segment documents."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RUNNER = Path(__file__).with_name("function.mjs")


def settings(folder: Path) -> dict[str, str]:
    """What `dagnet-realtime function` wrote into `folder`, by name."""
    return {
        one["name"]: one["value"]
        for one in json.loads((folder / "settings.json").read_text())["settings"]
    }


def run(
    what: str, plan: str, key: str, events: Sequence[Any], *, secret: str = "", now: int = 0
) -> list[Any]:
    """`envelopes` of the events at `now` (ms since 1970), or the answers to Segment once they have
    been `published`.
    """
    node = shutil.which("node")
    assert node, "the tests of the function need node"
    asked = {"what": what, "plan": plan, "key": key, "secret": secret, "now": now, "events": events}
    done = subprocess.run(
        [node, RUNNER],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: list[Any] = json.loads(done.stdout)
    return told
