"""Several processes behind one socket, as a user starts them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from dagnet_realtime.app.workers import Workers
from dagnet_realtime.config.config import Config, ServerConfig
from dagnet_realtime.model.problem import Problem
from tests.support.program import Program, running
from tests.support.redis import RedisServer, redis_server
from tests.support.redis_many import wait_for
from tests.support.server import SAMPLE
from tests.support.sockets import free_port


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def program(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    key_file = tmp_path_factory.mktemp("keys") / "key"
    arguments = (
        "serve",
        "--workspace",
        str(SAMPLE),
        "--port",
        "0",
        "--workers",
        "2",
        "--log",
        redis.url,
        "--key-file",
        str(key_file),
    )
    with running(*arguments) as started:
        started.key = key_file.read_text().strip()
        yield started


def workers(program: Program) -> set[int]:
    return {
        child.pid
        for child in psutil.Process(program.pid).children()
        if child.status() != psutil.STATUS_ZOMBIE
    }


def ask(program: Program, path: str = "/api/me", **fields: str) -> httpx.Response:
    """Asks over a new connection, so that any worker may answer."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.get(program.url + path, headers=fields)


def test_memory_cannot_be_shared() -> None:
    """CLI-51: workers need a store that all of them reach."""
    with pytest.raises(Problem, match="cannot be shared") as refused:
        Workers(Config(), 2, lambda _: None)
    assert "redis://" in refused.value.remedy
    with pytest.raises(Problem, match="no possible number"):
        Workers(Config(server=ServerConfig(log="redis://host")), 1000, lambda _: None)


def test_all_workers_know_the_same_keys(program: Program) -> None:
    """ACC-51: the program's key and a browser's cookie hold at every worker; the link is spent once
    for all of them.
    """
    assert len(workers(program)) == 2
    link = next(line for line in program.lines if "/?key=" in line).split()[-1]
    with httpx.Client(trust_env=False) as client:
        entered = client.get(link)
        cookie = entered.headers["set-cookie"].partition(";")[0]
        page = {"x-realtime-page": entered.headers["location"].partition("#page=")[2]}
    for _ in range(8):
        assert ask(program, authorization=f"Bearer {program.key}").status_code == 200
        assert ask(program, cookie=cookie, **page).status_code == 200
        assert ask(program, cookie=cookie).status_code == 401
        assert ask(program, link.removeprefix(program.url)).status_code == 401
    assert ask(program, cookie=cookie[:-4] + "AAAA", **page).status_code == 401


def test_a_worker_that_dies_is_started_again(program: Program) -> None:
    """CLI-51: the others go on serving, and the log names the worker that died."""
    victim = min(workers(program))
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: victim not in workers(program) and len(workers(program)) == 2)
    assert ask(program, "/healthz").status_code == 200
    assert [line for line in program.lines if f"worker_died pid={victim}" in line]


def test_hangup_replaces_every_worker_and_refuses_no_request(program: Program) -> None:
    """CLI-52: one after the other, each when its successor is ready."""
    wait_for(lambda: ask(program, "/readyz").status_code == 200)
    before = workers(program)
    os.kill(program.pid, signal.SIGHUP)
    asked = 0
    while before & workers(program):
        assert ask(program, "/healthz").status_code == 200
        asked += 1
        assert asked < 5000
    assert asked
    wait_for(lambda: len(workers(program)) == 2)


def test_workers_end_with_the_one_who_started_them(redis: RedisServer) -> None:
    """CLI-51: workers end with the supervisor, on SIGTERM and also if it is killed."""
    arguments = (
        "serve",
        "--workspace",
        str(SAMPLE),
        "--port",
        "0",
        "--workers",
        "2",
        "--log",
        redis.url,
    )
    with running(*arguments) as program:
        children = workers(program)
        assert program.stop() == 0
    assert not [
        pid
        for pid in children
        if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ]
    with running(*arguments) as program:
        children = workers(program)
        os.kill(program.pid, signal.SIGKILL)
        wait_for(
            lambda: all(
                not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
                for pid in children
            )
        )


def test_workers_that_cannot_start_are_one_problem(tmp_path: Path) -> None:
    """CLI-51: the problem is printed once, in a sentence, and the exit code is 1."""
    program = Program(
        "serve",
        "--workspace",
        str(SAMPLE),
        "--port",
        "0",
        "--workers",
        "2",
        "--log",
        f"redis://127.0.0.1:{free_port()}",
    )
    with pytest.raises(AssertionError):
        program.wait_ready(60)
    assert program.stop() == 1
    assert (
        len(
            [
                line
                for line in program.lines
                if line.startswith("dagnet-realtime: The store cannot be reached")
            ]
        )
        == 1
    )
