"""Start and stop of the whole server."""

import asyncio
import json
import socket
import stat
from pathlib import Path

import httpx
import msgspec
import pytest

from dagnet_realtime.app.serve import run
from dagnet_realtime.config.config import AccessConfig, AccessMode
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.problem import Problem
from tests.support.program import running
from tests.support.server import SAMPLE, Served, config, serving, track

STREAMS = 200


async def open_stream(
    served: Served, session: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A raw socket whose hello has come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    lines = [
        f"GET /api/watch/{session}/stream HTTP/1.1",
        f"host: 127.0.0.1:{served.port}",
        f"authorization: Bearer {served.programs}",
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    await reader.readuntil(b'"op":"hello"')
    return reader, writer


async def test_a_stop_ends_two_hundred_open_streams() -> None:
    """HUB-13: every viewer gets a bye with its own time to come back, and its connection ends."""
    async with serving() as served:
        sessions = [(await served.open())["watch_session_id"] for _ in range(10)]
        streams = [await open_stream(served, sessions[number % 10]) for number in range(STREAMS)]
        await served.client.aclose()
    rest = await asyncio.gather(*(reader.read() for reader, _ in streams))
    byes = [json.loads(text.split(b"data: ")[-1].split(b"\n\n")[0]) for text in rest]
    for _, writer in streams:
        writer.close()
    assert {bye["op"] for bye in byes} == {"bye"}
    assert len({bye["retry_after"] for bye in byes}) > STREAMS / 10


async def test_a_viewer_that_stops_reading_does_not_hold_up_the_stop() -> None:
    """HUB-13: it does not hold up the other viewers either."""
    async with asyncio.timeout(20), serving() as served:
        session = (await served.open())["watch_session_id"]
        stuck = await open_stream(served, session)
        stuck[1].transport.pause_reading()  # type: ignore[attr-defined]
        reader, writer = await open_stream(served, session)
        for number in range(60):
            await served.send(
                *(track(f"m{number}-{each}", properties={"x": "y" * 200}) for each in range(40))
            )
        text = b""
        while b".2400." not in text:
            text += await reader.read(65536)
    for one in (writer, stuck[1]):
        one.transport.abort()


async def test_a_connection_whose_reader_takes_nothing_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CON-1: the kernel ends it after a while, and the viewer's place is free."""
    monkeypatch.setattr("dagnet_realtime.app.sockets.STUCK_SECONDS", 1)
    async with asyncio.timeout(20), serving() as served:
        session = (await served.open())["watch_session_id"]
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect(("127.0.0.1", served.port))
            lines = [
                f"GET /api/watch/{session}/stream HTTP/1.1",
                "host: 127.0.0.1",
                f"authorization: Bearer {served.programs}",
            ]
            stuck.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            while await viewers(served) != 1:
                await asyncio.sleep(0)
            number = 0
            while await viewers(served):
                number += 1
                await served.send(*(track(f"m{number}-{each}") for each in range(50)))


async def viewers(served: Served) -> int:
    """The number of viewers that the server's metrics give."""
    text = (await served.client.get("/metrics")).text
    return int(float(text.partition("dagnet_realtime_viewers{")[2].partition("} ")[2].split()[0]))


def test_sigterm_ends_the_program_cleanly(tmp_path: Path) -> None:
    """HUB-13: SIGTERM ends the program at once with exit code 0; the key file is its
    owner's alone.
    """
    key_file = tmp_path / "key"
    with running(
        "serve", "--workspace", str(SAMPLE), "--port", "0", "--key-file", str(key_file)
    ) as program:
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert program.stop() == 0


async def test_a_part_that_dies_stops_the_server_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """WEB-15: the problem names the kind of error and its place, and nothing of its text."""

    async def die(_: Hub) -> None:
        raise RuntimeError("ann@example.com")

    monkeypatch.setattr(Hub, "_run_housekeeping", die)
    with pytest.raises(Problem) as died:
        async with asyncio.timeout(20):
            await run(config(), ready=lambda _: None)
    assert died.value.detail.startswith("RuntimeError at ")
    assert "ann@" not in died.value.sentence() + caplog.text


@pytest.mark.parametrize("mode", ["token", "oidc", "proxy"])
async def test_an_access_mode_without_its_settings_lets_no_one_in(mode: AccessMode) -> None:
    """ACC-10: without tokens, provider or proxy everything is refused, rather than served openly."""
    ready, stop = asyncio.Event(), asyncio.Event()
    said: list[str] = []
    configured = msgspec.structs.replace(config(), access=AccessConfig(mode=mode))
    running = asyncio.create_task(
        run(configured, ready=lambda link: (said.append(link), ready.set())[0], stop=stop)
    )
    async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as client:
        await ready.wait()
        assert "key=" not in said[0]
        for headers in (
            {},
            {"authorization": "Bearer dnr_0_0"},
            {"x-forwarded-user": "ann"},
            {"": ""},
        ):
            answer = await client.get(
                f"{said[0]}api/me", headers={name: value for name, value in headers.items() if name}
            )
            assert answer.status_code == 401
        stop.set()
        await running


async def test_the_ready_line_is_a_link_that_works() -> None:
    """CLI-8: told once connections are accepted and readiness is true."""
    async with serving() as served:
        assert (await served.client.get("/readyz")).status_code == 200
        answer = await served.client.get("/", params={"key": served.key})
        assert answer.status_code == 303
