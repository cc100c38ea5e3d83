"""What a reverse proxy must let through, proved with the real ones by the files in `deploy/`."""

import asyncio
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.pair import Process, access_token, pair
from tests.deploy.proxies import AS_IT_IS, NAME, Proxy, caddy, found, nginx
from tests.faults.people import Sender, Watcher
from tests.faults.town import Address
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SECRET, label_of, track
from tests.support.sockets import free_port

PROXIES: dict[str, Proxy] = {"nginx": nginx, "caddy": caddy}


class Site(Address):
    """A proxy and the processes behind it."""

    processes: list[Process]


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two processes on one Redis, and where their proxy must be."""
    folder, made = tmp_path_factory.mktemp("pair"), Site("", free_port(), "", NAME)
    made.key = access_token(folder)
    with (
        redis_server("--maxmemory-policy", "noeviction") as redis,
        pair(folder, redis.url, f"https://{NAME}:{made.port}") as made.processes,
    ):
        yield made


@pytest.fixture(scope="module", params=PROXIES)
def site(
    request: pytest.FixtureRequest, behind: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The site behind each proxy in turn."""
    if found(request.param) is None:
        pytest.skip(f"this machine's distribution has no {request.param}")
    front, ports = (
        tmp_path_factory.mktemp(request.param),
        [process.port for process in behind.processes],
    )
    with PROXIES[request.param](front, behind.port, ports, AS_IT_IS) as behind.tls:
        behind.name = request.param
        yield behind


def client(site: Site) -> httpx.AsyncClient:
    """Signed in by an access token, through the proxy."""
    headers = {"authorization": f"Bearer {site.key}"}
    assert site.tls is not None
    return httpx.AsyncClient(
        base_url=site.url, headers=headers, timeout=30, trust_env=False, verify=site.tls
    )


def signed(body: bytes, first: bytes | None = None) -> dict[str, str]:
    return {"x-signature": hmac.digest(SECRET, first or body, "sha1").hex()}


async def test_each_frame_arrives_when_it_is_sent(site: Site) -> None:
    """OPS-1: over TLS, single small frames arrive without waiting for the next."""
    watcher = await Watcher.open([site])
    loop, waits = asyncio.get_running_loop(), []
    async with client(site) as browser:
        for number in range(8):
            body = json.dumps(track(f"{site.name}-{number}")).encode()
            began = loop.time()
            assert (
                await browser.post("/segment/webhook/web", content=body, headers=signed(body))
            ).status_code == 200
            await watcher.until(lambda: watcher.offered == number + 1, 30)  # noqa: B023  # awaited at once
            waits.append(loop.time() - began)
    assert sorted(waits)[4] < 5.0, waits  # buffered ones would come with the beat, every 15 s
    await watcher.leave()


async def test_a_poll_may_wait(site: Site) -> None:
    """OPS-1: the proxy keeps it open until there is something to tell."""
    async with client(site) as browser:
        told = (
            await browser.post(
                "/api/watch", json={"workspace": "shop", "env": "test", "graph": GRAPH}
            )
        ).json()
        path = f"/api/watch/{told['watch_session_id']}/frames"
        poll = asyncio.create_task(
            browser.get(path, params={"after": told["position"], "wait": 20})
        )
        done, _ = await asyncio.wait([poll], timeout=1.5)
        assert not done, poll.result().text
        body = json.dumps(track(f"{site.name}-polled")).encode()
        assert (
            await browser.post("/segment/webhook/web", content=body, headers=signed(body))
        ).status_code == 200
        frames = (await poll).json()["frames"]
        assert [label_of(event["id"]) for frame in frames for event in frame.get("events", ())] == [
            f"{site.name}-polled"
        ]
        assert (await browser.delete(f"/api/watch/{told['watch_session_id']}")).status_code == 204


@pytest.mark.parametrize(
    "site", ["nginx", pytest.param("caddy", marks=pytest.mark.proof)], indirect=True
)
async def test_processes_restart_in_turn_without_a_gap(site: Site) -> None:
    """OPS-1: the streams go on at the other process without a gap, which also answers what the
    first one did not.
    """
    watchers = [await Watcher.open([site]) for _ in range(4)]
    sender = Sender([site], rate=60, bad_gateways=site.name == "caddy")
    for process in site.processes:
        hellos, taken = sum(watcher.hellos for watcher in watchers), len(sender.accepted)
        assert await asyncio.to_thread(process.stop) == 0
        for watcher in watchers:
            await watcher.until(
                lambda: len(sender.accepted) > taken + 15 and watcher.offered > taken  # noqa: B023  # awaited at once
            )
        await asyncio.to_thread(process.start)
        assert sum(watcher.hellos for watcher in watchers) >= hellos
    accepted = await sender.finish()
    for watcher in watchers:
        await watcher.until(lambda: watcher.offered >= len(accepted))  # noqa: B023  # awaited at once
        watcher.accounts_for(accepted)
        assert not watcher.unknown + watcher.missed
        await watcher.leave()
    assert sum(watcher.hellos for watcher in watchers) >= 8, "every stream was moved"
    if site.name == "nginx":
        assert not [status for status in sender.refused if isinstance(status, int)], sender.refused


async def test_a_great_body_passes_and_a_greater_one_is_refused(site: Site) -> None:
    """OPS-1: nginx's own limit lies just above ours, so our answer says what is wrong; Caddy may
    cut the connection instead.
    """
    one = json.dumps(track("great", properties={"note": "x" * 16_000})).encode()
    batch = b"[" + b",".join([one] * 500) + b"]"
    assert 7_000_000 < len(batch) < 8 * 1024 * 1024
    async with client(site) as sender:
        taken = await sender.post("/segment/webhook/web", content=batch, headers=signed(batch, one))
        assert taken.status_code == 200, taken.text
        for size, code in ((8 * 1024 * 1024 + 1000, "too_large"), (9_900_000, None)):
            try:
                refused = await sender.post(
                    "/segment/webhook/web", content=b"x" * size, headers=signed(b"")
                )
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                assert site.name == "caddy"
            else:
                assert refused.status_code == 413
                assert code is None or refused.json()["code"] == code


@pytest.mark.parametrize("name", PROXIES)
async def test_no_client_names_itself_and_no_address_is_handed_on(
    name: str, tmp_path: Path
) -> None:
    """OPS-5: what comes out of the proxy has the browser's host, and neither a forged person nor anybody's address."""
    if found(name) is None:
        pytest.skip(f"this machine's distribution has no {name}")
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"GET /readyz"):
            heads.append(head.lower())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    port, server = free_port(), await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        behind = server.sockets[0].getsockname()[1]
        with PROXIES[name](tmp_path, port, [behind, behind], AS_IT_IS) as tls:
            forged = {"x-forwarded-email": "eve@example.com", "x-forwarded-for": "203.0.113.9"}
            async with httpx.AsyncClient(verify=tls, trust_env=False, timeout=10) as browser:
                got = await browser.get(f"https://{NAME}:{port}/api/me", headers=forged)
    assert (got.status_code, got.headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert f"\r\nhost: {NAME}:{port}\r\n".encode() in heads[0]
    assert b"eve@" not in heads[0]
    assert b"203.0.113.9" not in heads[0]
    assert b"x-forwarded-for" not in heads[0]
