"""The page's steps for a serverless deployment, on a project that holds what `vercel.json` deploys and nothing more."""

import base64
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.test_roads import section
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, track

ROOT = Path(__file__).parents[2]
SIDE = section("The webhook")
HOST = "acme-realtime.vercel.app"
SECRETS = {
    "REALTIME_COOKIE_KEY": "c" * 44,
    "REALTIME_TOKEN_KEY": "t" * 44,
    "REALTIME_SEGMENT_WEB": "5e" * 32,
}
(CONFIG,) = re.findall(r"```toml realtime.toml\n(.*?)```", section("Serverless"), re.DOTALL)


class Project:
    """What is deployed: the entry, its rewrites, and the files that `vercel.json` includes. A process answers each request."""

    def __init__(self, folder: Path, log: str) -> None:
        (variable,) = re.findall(r"`(DAGNET_REALTIME_\w+)`", section("Serverless"))
        (create,) = re.findall(r"`dagnet-realtime (token create \w+)`", section("Serverless"))
        source, self._folder = folder / "repository", folder / "deployed"
        source.mkdir()
        (source / "realtime.toml").write_text(textwrap.dedent("   " + CONFIG.lstrip()))
        shutil.copytree(SAMPLE, source / "workspaces/acme")
        self._environ = {**os.environ, **SECRETS, variable: log, "PYTHONPATH": str(ROOT)}
        self._environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self._environ["PYTHONPYCACHEPREFIX"] = str(
            folder / "compiled"
        )  # a deployment's packages are compiled when they are installed
        command = [sys.executable, "-m", "dagnet_realtime", *create.split()]
        made = subprocess.run(
            command, cwd=source, env=self._environ, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stdout + made.stderr
        self.token = re.findall(r"\b(dnr_\S+)", made.stdout)[0]
        self._deploy(source)

    def _deploy(self, source: Path) -> None:
        given = json.loads((ROOT / "vercel.json").read_text())
        ((entry, function),) = given["functions"].items()
        assert given["rewrites"] == [
            {"source": "/(.*)", "destination": "/" + entry.removesuffix(".py")}
        ]
        for pattern in function["includeFiles"].strip("{}").split(","):
            found = [one for one in source.glob(pattern.replace("/**", "/**/*")) if one.is_file()]
            assert found, f"{pattern} includes nothing of what step 1 names"
            for one in found:
                to = self._folder / one.relative_to(source)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(one, to)
        shutil.copytree((ROOT / entry).parent, self._folder / "api")

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        """The answer to a request as the platform hands it on: over TLS, by the
        deployment's name.
        """
        asked = {
            "method": method,
            "path": path,
            "body": base64.b64encode(body).decode(),
            "headers": {"host": HOST, **headers},
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.oneshot"],
            input=json.dumps(asked), capture_output=True, text=True, env=self._environ, cwd=self._folder, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.mark.proof
def test_serverless_by_the_pages_steps(tmp_path: Path) -> None:
    """OPS-15, ACC-13, REL-18: it serves under the platform's name, binds cookies to it, and reports
    if Redis is away.
    """
    assert (
        set(SECRETS)
        == set(re.findall(r"env:(\w+)", CONFIG))
        <= set(re.findall(r"`(REALTIME_\w+)`", section("Serverless")))
    )
    with redis_server("--maxmemory-policy", "noeviction") as redis:
        project = Project(tmp_path, redis.url)
        assert project.ask("GET", "/readyz")["status"] == 200
        form = {"content-type": "application/x-www-form-urlencoded", "origin": f"https://{HOST}"}
        entered = project.ask("POST", "/sign-in", f"token={project.token}".encode(), **form)
        cookie, *marks = entered["headers"]["set-cookie"].split("; ")
        assert cookie.startswith("__Host-dagnet_realtime=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(marks)
        page = {"cookie": cookie, "origin": f"https://{HOST}", "content-type": "application/json"}
        on = {"workspace": "acme-main", "env": "prod", "graph": GRAPH}
        opened = json.loads(
            project.ask("POST", "/api/watch", json.dumps(on).encode(), **page)["body"]
        )
        (address,) = re.findall(r"`https://<your host>(/segment/[^`]+)`", SIDE)
        body = json.dumps(track("one")).encode()
        signature = hmac.digest(SECRETS["REALTIME_SEGMENT_WEB"].encode(), body, "sha1").hex()
        sent = project.ask(
            "POST", address.replace("<source id>", "web"), body, **{"x-signature": signature}
        )
        assert sent["status"] == 200, sent
        polled = project.ask(
            "GET",
            f"/api/watch/{opened['watch_session_id']}/frames?after={opened['position']}&wait=0",
            cookie=cookie,
        )
        frames = json.loads(polled["body"])["frames"]
        assert sum(frame["ledger"]["offered"] for frame in frames if frame["op"] == "batch") == 1
        redis.kill()
        away = project.ask("GET", "/readyz")
        assert (away["status"], json.loads(away["body"])["code"]) == (503, "unavailable")


def test_the_steps_name_what_there_is() -> None:
    """OPS-15: files that the steps name are in the repository."""
    names = re.findall(r"`(\S+\.(?:py|json|txt))`", section("Serverless").split("1. ")[0])
    assert {"api/index.py", "vercel.json"} <= set(names)
    for name in names:
        assert (ROOT / name).is_file(), name
