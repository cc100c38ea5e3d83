"""The files in `deploy/` say what the program understands, and the pages quote them as they are."""

import ast
import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.store import open_store
from dagnet_realtime.app.workers import MAX_WORKERS
from dagnet_realtime.config.load import load
from tests.deploy.pair import DEPLOY, SECRETS, configured
from tests.support.redis import redis_server
from tests.support.server import serving

ROOT = DEPLOY.parent
PAGE = "\n".join(
    (ROOT / "docs" / "how-to" / name).read_text()
    for name in ("deployment.md", "connect-segment.md", "upgrade.md")
)
UNIT = (DEPLOY / "dagnet-realtime.service").read_text()
CONTAINER = (DEPLOY / "Containerfile").read_text()
COMPOSE: dict[str, Any] = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text())
OURS = [part for part in COMPOSE["services"].values() if part["image"] == "dagnet-realtime"]


def test_the_page_names_every_file_and_quotes_none_wrongly() -> None:
    """OPS-10: a fence that is marked with a file holds lines of it, in their order."""
    assert not [file.name for file in DEPLOY.iterdir() if f"(../../deploy/{file.name})" not in PAGE]
    quoted = re.findall(
        r"^(?P<indent> *)```\w* deploy/(\S+)\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE
    )
    assert quoted
    for _, name, text in quoted:
        lines = iter(
            [line.split("  #")[0].strip() for line in (DEPLOY / name).read_text().splitlines()]
        )
        for wanted in filter(None, map(str.strip, text.splitlines())):
            assert wanted in lines, f"deploy/{name} has no such line, or not there: {wanted}"


def test_the_configuration_is_understood(tmp_path: Path) -> None:
    """OPS-10: it needs nothing beside the secrets that the page tells to make."""
    config = load(configured(tmp_path), {})
    assert (config.access.mode, config.server.host, config.server.log) == (
        "token",
        "127.0.0.1",
        "memory://",
    )
    assert config.access.cookie_key is not None
    assert set(re.findall(r"file:secrets/(\w+)", (DEPLOY / "realtime.toml").read_text())) == set(
        SECRETS
    )
    for name in SECRETS:
        assert name in PAGE


def test_the_unit_starts_what_there_is() -> None:
    """OPS-11: the unit's command runs, as a user of its own on a read-only file system, as the page
    describes.
    """
    run = re.search(
        r"^ExecStart=/opt/dagnet-realtime/bin/dagnet-realtime (.*)$", UNIT, re.MULTILINE
    )
    assert run is not None
    _answers(run[1].split())
    for line in (
        "User=dagnet-realtime",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
    ):
        assert line in UNIT.splitlines()
    workers = (DEPLOY / "workers.conf").read_text()
    count = re.search(
        r"^ExecStart=/opt/dagnet-realtime/bin/dagnet-realtime serve --workers (\d+) --log redis://",
        workers,
        re.MULTILINE,
    )
    assert count is not None
    assert 1 < int(count[1]) <= MAX_WORKERS
    assert "ExecStart=\n" in workers, "without an empty one there would be two"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
def test_the_unit_is_right_in_the_eyes_of_systemd(tmp_path: Path) -> None:
    """OPS-11: `systemd-analyze verify` accepts the unit, also with the drop-in that starts several
    processes.
    """
    unit = tmp_path / "dagnet-realtime.service"
    unit.write_text(UNIT.replace("/opt/dagnet-realtime/bin/dagnet-realtime", sys.executable))
    for name in ("", "workers.conf"):
        if name:
            (tmp_path / "dagnet-realtime.service.d").mkdir()
            text = (
                (DEPLOY / name)
                .read_text()
                .replace("/opt/dagnet-realtime/bin/dagnet-realtime", sys.executable)
            )
            (tmp_path / "dagnet-realtime.service.d" / name).write_text(text)
        command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_image_holds_what_runs_and_runs_as_an_unprivileged_user() -> None:
    """OPS-11: the image gets committed files only, no secret, and its command exists."""
    first, last = CONTAINER.split("\nFROM ")[1:]
    assert "USER 10001:10001" in last.splitlines()
    assert "COPY . ." in first
    assert re.findall(r"^COPY (.*)$", last, re.MULTILINE) == [
        "--from=build /opt/dagnet-realtime /opt/dagnet-realtime"
    ]
    allowed = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    assert not [name for name in allowed if not (ROOT / name).exists()]
    for needed in re.findall(r"\b(?:tools|requirements)/[\w.]+", first):
        assert (ROOT / needed).is_file()
        assert needed.split("/")[0] in allowed
    entry, command = (
        json.loads(re.search(rf"^{word} (\[.*\])$", last, re.MULTILINE)[1])
        for word in ("ENTRYPOINT", "CMD")
    )  # type: ignore[index]
    assert entry == ["dagnet-realtime"]
    _answers(command)
    variables = dict(re.findall(r"^(?:ENV)? +(DAGNET_REALTIME_\w+)=(\S+)", last, re.MULTILINE))
    assert variables["DAGNET_REALTIME_CONFIG"] == "/etc/dagnet-realtime/realtime.toml"
    assert variables["DAGNET_REALTIME_STATE_DIR"].startswith("/tmp/"), "all else cannot be written"


async def test_the_containers_health_is_asked_as_the_file_says() -> None:
    """OPS-11: ready is 0, all else is not."""
    check = ast.literal_eval(
        re.search(r"HEALTHCHECK .*?CMD (\[.*?\])$", CONTAINER, re.DOTALL | re.MULTILINE)[1]
    )  # type: ignore[index]
    assert "http://127.0.0.1:8765/readyz" in check[-1]
    async with serving() as served:
        asked = [
            sys.executable,
            *check[1:-1],
            check[-1].replace("127.0.0.1:8765", f"127.0.0.1:{served.port}"),
        ]
        assert await _code(asked) == 0
        assert await _code([*asked[:-1], asked[-1].replace("/readyz", "/no/such")]) != 0
    assert await _code(asked) != 0


def test_the_composition_fits_the_configuration(tmp_path: Path) -> None:
    """OPS-11: each variable is a key, each secret is mounted where the configuration reads it, and
    all has bounds.
    """
    environ = {
        name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value))
        for one in OURS
        for name, value in one["environment"].items()
    }
    config = load(configured(tmp_path), environ)
    assert config.server.log == "redis://redis:6379/0"
    assert config.server.public_url == "https://realtime.example.com"
    for one in OURS:
        assert {secret["target"] for secret in one["secrets"]} == {
            f"/etc/dagnet-realtime/secrets/{name}" for name in SECRETS
        }
        assert "./realtime.toml:/etc/dagnet-realtime/realtime.toml:ro" in one["volumes"]
        assert one["build"] == {"context": "..", "dockerfile": "deploy/Containerfile"}
    assert {name: secret["file"] for name, secret in COMPOSE["secrets"].items()} == {
        name: f"./secrets/{name}" for name in SECRETS
    }
    for name, one in COMPOSE["services"].items():
        assert one["read_only"], name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert set(one["networks"]) <= set(COMPOSE["networks"]), name
        assert {
            volume.split(":")[0] for volume in one.get("volumes", ()) if volume[0] != "."
        } <= set(COMPOSE["volumes"]), name
    proxied = COMPOSE["services"]["proxy"]["environment"]["REALTIME_PROCESSES"].split()
    assert proxied == [f"{name}:8765" for name, one in COMPOSE["services"].items() if one in OURS]
    read = re.findall(r"\{\$(\w+):", (DEPLOY / "Caddyfile").read_text())
    assert set(read) == set(COMPOSE["services"]["proxy"]["environment"])


async def test_the_redis_of_the_composition_keeps_our_promises() -> None:
    """OPS-11: started by the very command, a server takes it as its store."""
    command = COMPOSE["services"]["redis"]["command"]
    assert command[0] == "redis-server"
    with redis_server(*[word for word in command[1:] if word]) as redis:
        async with open_store(redis.url, (), SystemClock()):
            assert b"noeviction" in redis.command("CONFIG", "GET", "maxmemory-policy")
            assert b"1073741824" in redis.command("CONFIG", "GET", "maxmemory")


def _answers(words: list[str]) -> None:
    """The command exists and takes these words."""
    command = [sys.executable, "-m", "dagnet_realtime", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


async def _code(command: list[str]) -> int:
    child = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await asyncio.wait_for(child.wait(), 30)
