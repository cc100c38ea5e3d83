"""The wheel and the sdist carry what a user needs."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

NEEDED = (
    "dagnet_realtime/web/static/index.html",
    "dagnet_realtime/web/static/shop/index.html",
    "dagnet_realtime/web/alone/index.html",
    "dagnet_realtime/cli/expect/evaluator.js",
    "dagnet_realtime/cli/expect/expect.schema.json",
    "dagnet_realtime/cli/expect/node_host.cjs",
    "dagnet_realtime/web/static/extension/manifest.json",
    "dagnet_realtime/web/static/extension/page.js",
    "dagnet_realtime/samples/shop/graphs/uk-checkout-journey.json",
    "dagnet_realtime/py.typed",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel and an sdist of this checkout."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", out]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_the_wheel_carries_the_interface_and_the_sample(built: Path) -> None:
    """CLI-25: the wheel carries the built interface and the sample."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    assert not [name for name in NEEDED if name not in names]
    fixtures = {name for name in names if name.startswith("dagnet_realtime/cli/expect/playwright/")}
    assert {Path(name).name for name in fixtures} == {"index.js", "index.d.ts", "package.json"}
    assert not [name for name in names if "node_modules" in name or "test" in Path(name).parts]
    assert wheel.stat().st_size < 5_000_000


def test_the_sdist_carries_them_too_so_that_no_node_is_needed(built: Path) -> None:
    """CLI-25: the sdist carries the built interface, and nothing that asks for Node."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as opened:
        names = {"/".join(name.split("/")[1:]) for name in opened.getnames()}
    assert not [name for name in NEEDED if f"src/{name}" not in names]
    assert "web/package-lock.json" not in names
    assert {"hatch_build.py", "tools/interface.py", "LICENSE"} <= names
