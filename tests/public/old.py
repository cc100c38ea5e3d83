"""The program as it was at a commit, out of this repository's history,
with the packages that are installed today.
"""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.openid import node

ROOT = Path(__file__).parents[2]
COMMIT = "68694eab09230e2d210153637fdcd3d1e8acd8e5"
"""The version that runs beside today's.
Name a newer one once no deployment runs this one any more.
"""


def unpacked(folder: Path, *parts: str) -> Path:
    """Skips the test if the history is not there."""
    try:
        found = subprocess.run(
            ["git", "archive", COMMIT, *parts], cwd=ROOT, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(
            f"needs commit {COMMIT} in git's history, which a shallow clone or an archive lacks: {error}"
        )
    with tarfile.open(fileobj=io.BytesIO(found)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def program(folder: Path) -> dict[str, str]:
    """The environment in which this Python runs the old program; its source comes to `folder`."""
    source = str(unpacked(folder, "src") / "src")
    environ = {"PYTHONPATH": source}
    told = subprocess.run(
        [sys.executable, "-c", "import dagnet_realtime; print(dagnet_realtime.__file__)"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith(source), told
    return environ


def interface(folder: Path) -> None:
    """Builds the old page and tap into the old program in `folder`,
    with the browser packages that are installed today.
    """
    web = unpacked(folder, "web") / "web"
    modules = web / "node_modules"
    (modules / "@dagnet-realtime").mkdir(parents=True)
    for one in (ROOT / "web/node_modules").iterdir():
        if one.name not in ("@dagnet-realtime", ".vite", ".vite-temp"):
            (modules / one.name).symlink_to(one.resolve())
    for package in web.glob("*/package.json"):
        name = json.loads(package.read_text()).get("name", "")
        if name.startswith("@dagnet-realtime/"):
            (modules / name).symlink_to(package.parent)
    for part in ("app", "tap"):
        command = [node(), str(modules / "vite/bin/vite.js"), "build", "--logLevel", "warn"]
        built = subprocess.run(command, cwd=web / part, capture_output=True, text=True, check=False)
        if built.returncode:
            pytest.skip(
                f"the page of {COMMIT} is not built by the packages of today: {built.stderr[-500:]}"
            )
