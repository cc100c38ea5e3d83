"""A real server of the Pusher protocol behind a way that breaks, and a real server of ours that publishes there."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.published import PROXY, published
from tests.support.program import Program
from tests.support.server import GRAPH, track
from tests.support.soketi import APP_ID, KEY, SECRET, soketi
from tests.support.subscriber import Subscriber
from tests.support.unreliable import Fault, Unreliable, unreliable

PATIENCE = 60  # seconds, of a busy machine; what takes them otherwise takes one or two


class Page:
    """A person's page on the provider's road, as far as a test needs it: it asks for its seat and joins what it hears."""

    def __init__(self, client: httpx.AsyncClient, person: str, port: int, view: str) -> None:
        self._client = client
        self._view = view
        self._headers = {"x-person": person, **PROXY}
        self._port = port
        self.session = ""
        self.position = ""
        self.offered = 0
        self.channel = ""

    async def ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return await self._client.request(method, path, headers=self._headers, **rest)

    async def on(self) -> None:
        asked = {"workspace": "shop", "env": "prod", "graph": GRAPH, "filter": self._view}
        opened = (await self.ask("POST", "/api/watch", json=asked)).json()
        self.session, self.position = opened["watch_session_id"], opened["position"]

    async def seat(self) -> dict[str, Any]:
        answer = await self.ask("GET", f"/api/watch/{self.session}/relay")
        return {"status": answer.status_code, **answer.json()}

    async def sign(self, channel: str, socket: str) -> httpx.Response:
        asked = {"watch_session_id": self.session, "channel_name": channel, "socket_id": socket}
        return await self.ask("POST", "/api/channels/auth", json=asked)

    async def subscribe(self, browser: Subscriber) -> None:
        """Subscribes; if the channel changed its name meanwhile, since another session left, asks
        again.
        """
        signed: dict[str, Any] = {}
        while "auth" not in signed:
            seat = await self.seat()
            if seat["status"] != 200:
                return  # who may not any more learns no name
            self.channel = seat["channel"]
            signed = (await self.sign(self.channel, browser.socket_id)).json()
        await browser.subscribe(self.channel, signed)

    async def reached(self, browser: Subscriber, offered: int) -> None:
        """Waits until so many events were told, each once: frames are shown that go on, and what is missing is asked for."""
        async with asyncio.timeout(PATIENCE):
            while self.offered < offered:
                frames = {
                    frame["from"]: frame
                    for frame in browser.frames(self.channel)
                    if frame["op"] == "batch"
                }
                while (frame := frames.pop(self.position, None)) is not None:
                    self._show(frame)
                if self.offered < offered:
                    polled = await self.ask(
                        "GET", f"/api/watch/{self.session}/frames?after={self.position}&wait=0.2"
                    )
                    for frame in polled.json()["frames"]:
                        if frame["op"] == "batch":
                            self._show(frame)
        assert self.offered == offered

    def _show(self, frame: dict[str, Any]) -> None:
        assert frame["from"] == self.position
        self.position = frame["position"]
        self.offered += frame["ledger"]["offered"]


@pytest.fixture(scope="module")
def way() -> Iterator[Unreliable]:
    with soketi() as server, unreliable(server.port) as between:
        yield between


@pytest.fixture(scope="module")
def program(
    way: Unreliable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Program, Path]]:
    relay = f"pusher://{KEY}:{SECRET}@127.0.0.1:{way.port}/{APP_ID}?timeout=1"
    with published(tmp_path_factory.mktemp("provider"), relay) as running:
        yield running


class Stand:
    """What a test needs of all that. Its pages have a view of their own, whose channel no page of another test has left."""

    def __init__(self, client: httpx.AsyncClient, way: Unreliable, file: Path) -> None:
        self.client = client
        self.way = way
        self.file = file
        self._view = f"-event:{secrets.token_hex(4)}"

    @contextlib.asynccontextmanager
    async def page(self, person: str) -> AsyncIterator[tuple[Page, Subscriber]]:
        page = Page(self.client, person, self.way.port, self._view)
        await page.on()
        async with Subscriber(self.way.port, KEY) as browser:
            await page.subscribe(browser)
            yield page, browser
        await page.ask("DELETE", f"/api/watch/{page.session}")

    async def send(self, *ids: str) -> None:
        answer = await self.client.post("/segment/webhook/web", json=[track(id) for id in ids])
        assert answer.status_code == 200


@pytest.fixture
async def stand(program: tuple[Program, Path], way: Unreliable) -> AsyncIterator[Stand]:
    running, file = program
    async with httpx.AsyncClient(base_url=running.url, timeout=20, trust_env=False) as client:
        yield Stand(client, way, file)
    way.fault, way.skew = None, 0


@pytest.mark.parametrize(
    "fault",
    [
        401,
        429,
        *(pytest.param(one, marks=pytest.mark.proof) for one in (413, 500, "hang")),
        "down",
        "swallow",
    ],
)
async def test_a_provider_that_fails_is_reported_and_nothing_is_lit_twice_or_lost(
    stand: Stand, fault: Fault
) -> None:
    """REL-15, REL-6: if the provider refuses, hangs, is down or loses messages, the page learns it,
    polls, and goes back afterwards.
    """
    async with stand.page("ann") as (page, browser):
        await stand.send(f"{fault}-1", f"{fault}-2")
        await page.reached(browser, 2)
        stand.way.fault = fault
        await stand.send(f"{fault}-3", f"{fault}-4")
        async with asyncio.timeout(PATIENCE):
            while fault != "swallow" and (await page.seat())["publishing"]:
                await asyncio.sleep(0.05)
        await page.reached(browser, 4)
        stand.way.fault = None
        async with asyncio.timeout(PATIENCE):
            while not (await page.seat())["publishing"]:
                await asyncio.sleep(0.1)
        heard, sent = len(browser.heard), 4
        async with asyncio.timeout(PATIENCE):
            while not any(
                name == "frame" for _, name, _ in browser.heard[heard:]
            ):  # a try that was under way may fail yet
                sent += 1
                await stand.send(f"{fault}-{sent}")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(3):
                        await browser.more()
        await page.reached(browser, sent)


@pytest.mark.parametrize("fault", ["twice", "late"])
async def test_what_comes_twice_or_out_of_order_is_shown_once_and_in_order(
    stand: Stand, fault: Fault
) -> None:
    """REL-15: positions put frames in order and drop repeats."""
    async with stand.page("ann") as (page, browser):
        stand.way.fault = fault
        for number in range(4):
            await stand.send(f"{fault}-{number}")
            await asyncio.sleep(0.3)  # longer than frames are merged over, so that they are several
        await page.reached(browser, 4)


async def test_a_provider_whose_clock_is_hours_ahead_takes_what_we_publish(stand: Stand) -> None:
    """REL-6: its refusal says what time it is."""
    stand.way.skew = 7_200
    async with stand.page("ann") as (page, browser):
        await stand.send("skewed")
        await browser.until(page.channel, "frame", PATIENCE)
        await page.reached(browser, 1)
        assert (await page.seat())["publishing"]


async def test_a_message_over_the_limit_goes_in_pieces(stand: Stand) -> None:
    """REL-3: no message is longer than the provider allows, however much happens in a quarter of a
    second.
    """
    stand.way.fault = "limit"
    async with stand.page("ann") as (page, browser):
        await stand.send(*(f"many-{number}" for number in range(300)))
        await browser.until(page.channel, "piece", PATIENCE)
        assert (await page.seat())["publishing"]


async def test_no_other_workspaces_channel_is_signed(stand: Stand) -> None:
    """REL-9: invented names, public ones, and another person's session are refused too."""
    async with stand.page("ann") as (page, browser), stand.page("bob") as (other, _):
        for channel in (
            "private-dagnet-" + "0" * 40,
            "shop",
            "presence-shop",
            page.channel + ",private-b",
            page.channel[:-1],
        ):
            assert (await page.sign(channel, browser.socket_id)).status_code in (400, 403)
        stolen = {
            "watch_session_id": other.session,
            "channel_name": page.channel,
            "socket_id": browser.socket_id,
        }
        assert (await page.ask("POST", "/api/channels/auth", json=stolen)).status_code == 410


async def test_a_person_who_lost_the_right_hears_nothing_more_within_30_seconds(
    stand: Stand,
) -> None:
    """ACC-17: bob's grant goes while he watches; ann goes on in the channel's other name, bob is signed for nothing and hears nothing."""
    async with stand.page("ann") as (ann, hers), stand.page("bob") as (bob, his):
        await stand.send("before")
        await ann.reached(hers, 1)
        await bob.reached(his, 1)
        began = asyncio.get_running_loop().time()
        stand.file.write_text(stand.file.read_text().replace('who = "*"', 'who = "ann"'))
        async with asyncio.timeout(PATIENCE):
            while (seat := await bob.seat())["status"] == 200:
                if seat["channel"] != bob.channel:  # a session of an earlier test has left it
                    await bob.subscribe(his)
                await asyncio.sleep(0.2)
            while (await ann.seat())["channel"] == bob.channel:
                await asyncio.sleep(0.2)
        assert asyncio.get_running_loop().time() - began < 30
        assert seat["status"] in (401, 403, 404, 410)
        heard = len(his.heard)
        assert (await bob.sign(bob.channel, his.socket_id)).status_code in (401, 403, 404, 410)
        await ann.subscribe(hers)
        await stand.send("after")
        await ann.reached(hers, 2)
        await hers.until(ann.channel, "frame", PATIENCE)
        assert [message for message in his.heard[heard:] if message[1] in ("frame", "piece")] == []
