"""The wheels and the sdist carry what a user needs."""

import base64
import hmac
import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from dagnet_realtime.viewer_token import mint_viewer_token
from tests.architecture.sources import ROOT
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, track

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


def lean_wheel(wheel: Path, folder: Path) -> Path:
    """The wheel of a serverless function, as `make build` makes it."""
    spec = importlib.util.spec_from_file_location(
        "serverless_wheel", ROOT / "tools/serverless_wheel.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    made: Path = tool.lean(wheel, folder)
    return made


def install(wheel: Path, packages: Path) -> set[str]:
    """Unpacks `wheel` and copies what it requires, and nothing else. The names of all."""
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(packages)
    (own,) = metadata.distributions(path=[str(packages)])
    wanted, installed = [(one, "") for one in own.requires or ()], {own.name}
    while wanted:
        text, extra = wanted.pop()
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate({"extra": extra}):
            continue
        found = metadata.distribution(needed.name)
        for file in () if needed.name in installed else found.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                to = packages / file
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(found.locate_file(file)), to)
        if needed.name not in installed or needed.extras:
            wanted += [(one, each) for one in found.requires or () for each in ("", *needed.extras)]
        installed.add(needed.name)
    return installed


def test_a_function_answers_with_what_its_lean_wheel_requires_alone(
    built: Path, tmp_path: Path
) -> None:
    """REL-17: webhook and poll work with a quarter of the packages, and a foreign cookie fails
    nothing.
    """
    (whole,) = built.glob("*.whl")
    packages, project = tmp_path / "packages", tmp_path / "project"
    installed = install(lean_wheel(whole, tmp_path / "dist"), packages)
    heavy = {"authlib", "cryptography", "pydantic", "rich", "typer", "uvicorn", "uvloop"}
    assert {"starlette", "hiredis"} <= installed
    assert not installed & heavy
    size = sum(file.stat().st_size for file in packages.rglob("*") if file.is_file())
    assert size < 20e6, f"{size / 1e6} MB"
    shutil.copytree(ROOT / "examples/dagnet", project)
    shutil.copytree(SAMPLE, project / "workspaces/acme")
    shutil.copy(ROOT / "tests/support/oneshot.py", project)
    start = "import runpy, sys; sys.path[:0] = sys.argv[1:]; runpy.run_module('oneshot', run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", start, str(packages), str(project)]
    keys = {
        "REALTIME_COOKIE_KEY": "c" * 44,
        "REALTIME_TOKEN_KEY": "t" * 44,
        "REALTIME_VIEWER_KEY": "v" * 44,
        "REALTIME_SEGMENT_WEB": "5e" * 32,
        "SERVERLESS_ENTRY": "api.realtime",
    }
    with redis_server("--maxmemory-policy", "noeviction") as redis:
        environ = {**keys, "DAGNET_REALTIME_SERVER_LOG": redis.url}

        def ask(method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any]:
            named = {"host": "dagnet-nine.vercel.app", **headers}
            asked = {"method": method, "path": f"/realtime{path}", "headers": named}
            text = json.dumps({**asked, "body": base64.b64encode(body).decode()})
            done = subprocess.run(
                command, input=text, capture_output=True, text=True, env=environ, cwd=project,
                timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            answer = json.loads(done.stdout)
            return answer["status"], json.loads(answer["body"])

        token = mint_viewer_token(
            keys["REALTIME_VIEWER_KEY"], workspace="acme-main", env="prod", viewer="ada"
        )
        viewer = {"authorization": f"Bearer {token}"}
        place = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH}).encode()
        status, on = ask(
            "POST", "/api/watch", place, **viewer, **{"content-type": "application/json"}
        )
        assert status == 201, on
        body = json.dumps(track("lean")).encode()
        signed = hmac.digest(keys["REALTIME_SEGMENT_WEB"].encode(), body, "sha1").hex()
        assert ask("POST", "/segment/webhook/web", body, **{"x-signature": signed})[0] == 200
        poll = f"/api/watch/{on['watch_session_id']}/frames?after={on['position']}&wait=0"
        status, polled = ask("GET", poll, **viewer)
        frames = [frame for frame in polled["frames"] if frame["op"] == "batch"]
        assert sum(frame["ledger"]["offered"] for frame in frames) == 1
        foreign = {"cookie": f"__Host-dagnet_realtime={'x' * 60}"}
        assert ask("GET", "/api/me", **foreign)[0] == 401
