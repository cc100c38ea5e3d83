"""The example of continuous integration, run whole: a real browser, Playwright's own runner, the demo's shop."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dagnet_realtime.cli.demo import SAMPLE
from tests.support.chromium import chromium_path
from tests.support.sockets import free_port

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ci"
SHOP = ROOT / "src/dagnet_realtime/web/static/shop"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a user has it: the fixtures packed, and installed from the package."""
    folder = tmp_path_factory.mktemp("ci") / "project"
    shutil.copytree(EXAMPLE, folder, symlinks=True)
    packed = folder.parent / "packed"
    packed.mkdir()
    npm = shutil.which("npm")
    assert npm is not None
    command = [npm, "pack", "--silent", "--pack-destination", str(packed)]
    subprocess.run(
        command, cwd=ROOT / "web/playwright", check=True, capture_output=True, timeout=60
    )
    (archive,) = packed.glob("*.tgz")
    target = folder / "node_modules/@dagnet-realtime/playwright"
    target.mkdir(parents=True)
    shutil.unpack_archive(archive, packed)
    shutil.copytree(packed / "package", target, dirs_exist_ok=True)
    return folder


def _run(project: Path, *, repaired: bool) -> tuple[int, str, dict[str, Any]]:
    report = project / f"report-{repaired}.json"
    environ = os.environ | {
        "REPAIRED": "1" if repaired else "0",
        "CHROMIUM": chromium_path(),
        "SHOP_FILES": str(SHOP),
        "PORT": str(free_port()),
        "CI": "true",
    }
    environ.pop("GITHUB_ACTIONS", None)
    command = [
        sys.executable,
        "-m",
        "dagnet_realtime",
        "expect",
        "expectations/checkout.yaml",
        "expectations/wishlist.yaml",
    ]
    command += [
        "--workspace",
        str(SAMPLE),
        "--report",
        f"json={report}",
        "--report",
        f"junit={report}.xml",
    ]
    command += ["--", "node", "node_modules/@playwright/test/cli.js", "test"]
    done = subprocess.run(
        command, cwd=project, env=environ, capture_output=True, text=True, timeout=180, check=False
    )
    return done.returncode, done.stdout + done.stderr, json.loads(report.read_text())


@pytest.mark.e2e
def test_both_faults_of_the_shop_are_found(project: Path) -> None:
    """EXP-22: the expectations, which say what the graph says, find the event that is named otherwise and the one that is never sent."""
    code, said, report = _run(project, repaired=False)
    assert code == 1, said
    failed = {
        f"{result['name']}: {item['title']}"
        for result in report["results"]
        for item in result["items"]
        if item["verdict"] == "failed" and item["severity"] == "fail"
    }
    assert "“Add To Cart” was sent, and “add_to_cart” is listened for" in said
    assert "expectations/wishlist.yaml: 1 path: product-page, wishlist" in failed
    assert (
        "puts a piece on the wishlist: 1 path: landing-page, product-list, product-page, wishlist"
        in failed
    )
    assert "expectations/checkout.yaml: 7 policy: no unmapped names" in failed
    assert ElementTree.parse(f"{project}/report-False.json.xml").getroot().attrib[
        "failures"
    ] == str(len(failed))


@pytest.mark.e2e
def test_the_repaired_shop_passes(project: Path) -> None:
    """EXP-22: the repaired shop meets all of them, each test by its own events."""
    code, said, report = _run(project, repaired=True)
    assert code == 0, said
    tests = {result["name"] for result in report["results"] if not result["file"]}
    assert tests == {"buys a piece with a card", "puts a piece on the wishlist"}
    assert all(result["verdict"] == "met" for result in report["results"])
