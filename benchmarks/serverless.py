"""Serverless: from nothing imported to an answered poll, and what an installation weighs."""

import base64
import json
import os
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from tests.support.redis import redis_server
from tools.serverless_wheel import LEFT_OUT, REQUIRED

from benchmarks.report import Figure, median_of
from benchmarks.served import SERVER_CORE, SHOP, pinned

RUNS = 7
GOAL_SECONDS = 0.6
ROOT = Path(__file__).parent.parent
CONFIG = """
[server]
log = "{log}"
public_url = "https://realtime.test"
[access]
mode = "token"
tokens = "tokens.json"
cookie_key = "0123456789abcdef0123456789abcdef"
[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
token_key = "0123456789abcdef0123456789abcdef"
[[workspace.source]]
id = "web"
allow_unsigned = true
"""


def measure() -> list[Figure]:
    """Each poll in a process of its own, whose compiled modules are there, as a platform leaves them."""
    with tempfile.TemporaryDirectory() as folder, redis_server() as redis:
        file = Path(folder) / "realtime.toml"
        file.write_text(CONFIG.format(log=redis.url, path=SHOP))
        environ = {
            **os.environ,
            "DAGNET_REALTIME_CONFIG": str(file),
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
        }
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [
            sys.executable,
            "-m",
            "dagnet_realtime",
            "token",
            "create",
            "bench",
            "--config",
            str(file),
        ]
        told = subprocess.run(
            command, capture_output=True, text=True, env=environ, check=True
        ).stdout
        token = next(word for word in told.split() if word.startswith("dnr_"))
        graph = sorted((SHOP / "graphs").iterdir())[0].stem
        opened = _ask(
            environ,
            token,
            "POST",
            "/api/watch",
            {"workspace": "shop", "env": "prod", "graph": graph},
        )[0]
        path = f"/api/watch/{opened['watch_session_id']}/frames?after={opened['position']}&wait=0"

        def bare() -> float:
            code = (
                "import asyncio, starlette.routing, redis.asyncio, time; print(time.process_time())"
            )
            return float(
                subprocess.run(
                    pinned(SERVER_CORE, sys.executable, "-c", code), check=True, capture_output=True
                ).stdout
            )

        below = environ | {"SERVERLESS_ENTRY": "examples.dagnet.api.realtime"}
        cold, guest, framework = (
            median_of(RUNS, lambda: _ask(environ, token, "GET", path)[1]),
            median_of(RUNS, lambda: _ask(below, token, "GET", f"/realtime{path}")[1]),
            median_of(RUNS, bare),
        )
    weight = _installed()
    return [
        Figure(
            "Serverless, cold start to answered poll, processor time",
            "ms",
            cold * 1000,
            framework * 1000,
            "importing framework and Redis",
            "≤ 600 ms",
            cold <= GOAL_SECONDS,
        ),
        Figure(
            "The same, as one function of another deployment",
            "ms",
            guest * 1000,
            framework * 1000,
            "importing framework and Redis",
            "≤ 600 ms",
            guest <= GOAL_SECONDS,
        ),
        Figure(
            "Serverless, installed",
            "MB",
            weight,
            None,
            "",
            "≤ 250 MB, Vercel's limit",
            weight <= 250,
        ),
    ]


def _ask(
    environ: dict[str, str], token: str, method: str, path: str, body: dict[str, str] | None = None
) -> tuple[dict[str, str], float]:
    """The answer, and the processor's seconds that the process took for it, its start included."""
    asked = {
        "method": method,
        "path": path,
        "body": base64.b64encode(json.dumps(body).encode() if body else b"").decode(),
    }
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    command = pinned(SERVER_CORE, sys.executable, "-m", "tests.support.oneshot")
    text = json.dumps({**asked, "headers": headers})
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, env=environ, cwd=ROOT, check=True
    )
    answer = json.loads(done.stdout)
    assert answer["status"] in (200, 201), answer
    found: dict[str, str] = json.loads(answer["body"])
    return found, float(answer["cpu"])


def _installed() -> float:
    """Megabytes of what the lean wheel of a function holds and needs, tools/serverless_wheel.py."""
    wanted, seen, total = [*REQUIRED, "hiredis"], set(), 0
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system, or another Python
        total += sum(
            path.stat().st_size
            for file in distribution.files or ()
            if (path := Path(str(distribution.locate_file(file)))).is_file()
        )
        wanted += [
            _name(requirement)
            for requirement in distribution.requires or ()
            if "extra ==" not in requirement
        ]
    own = ROOT / "src"
    total += sum(
        file.stat().st_size
        for file in own.rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and not file.relative_to(own).as_posix().startswith(LEFT_OUT)
    )
    return total / 1e6


def _name(requirement: str) -> str:
    return (
        "".join(letter if letter.isalnum() or letter in "-_." else " " for letter in requirement)
        .split()[0]
        .lower()
    )


if __name__ == "__main__":
    from benchmarks.report import say

    for figure in measure():
        say(figure.sentence())
