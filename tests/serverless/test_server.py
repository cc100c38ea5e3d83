"""Every request in a process of its own, two at a time, against a real Redis."""

import asyncio
import base64
import contextlib
import copy
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from dagnet_realtime.config.config import AccessConfig, Config, ProxyConfig
from dagnet_realtime.config.load import load
from dagnet_realtime.serverless.server import Serverless
from tests.support.deployment import dagnet
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, label_of, track
from tests.support.soketi import APP_ID, KEY, soketi
from tests.support.soketi import SECRET as SECRET_OF_APP
from tests.support.subscriber import Subscriber
from tests.support.unreliable import Unreliable, unreliable

ROOT = Path(__file__).parents[2]
SECRET = b"a secret of tests"
CONFIG = """
[server]
log = "{log}"
public_url = "https://realtime.test"
origins = ["https://dagnet.test"]

[access]
mode = "token"
tokens = "tokens.json"
cookie_key = "{key}"

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
token_key = "0123456789abcdef0123456789abcdef"
max_rate = 50
relay = "{relay}"

[[workspace.source]]
id = "web"
kind = "webhook"
secrets = ["a secret of tests"]

[[workspace]]
id = "shop"
env = "thin"
path = "{path}"
token_key = "0123456789abcdef0123456789abcdef"
sample = 0.0
[[workspace.source]]
id = "thin"
kind = "webhook"
secrets = ["a secret of tests"]

[[workspace]]
id = "shop"
env = "lone"
path = "{path}"
token_key = "0123456789abcdef0123456789abcdef"
ingest = "function"
relay = "{relay}"
"""
JSON = {"content-type": "application/json"}


class Watching(NamedTuple):
    """A page on the provider's road."""

    session: str
    position: str
    channel: str
    browser: Subscriber

    @property
    def batches(self) -> list[dict[str, Any]]:
        return [frame for frame in self.browser.frames(self.channel) if frame["op"] == "batch"]

    async def reached(self, offered: int) -> None:
        """Waits until frames that join from On on count so many events.

        A publication that the provider accepts too late for us is published again from the same
        position, with what has come since: a frame may begin wherever an earlier one did.
        """
        async with asyncio.timeout(60):
            while self._counted() < offered:
                await self.browser.more()
        assert self._counted() == offered

    def _counted(self) -> int:
        counted = {self.position: 0}
        for frame in self.batches:
            assert frame["from"] in counted, "a frame that joins none"
            counted[frame["position"]] = counted[frame["from"]] + frame["ledger"]["offered"]
        return max(counted.values())


class Platform:
    """Starts a process for every request."""

    def __init__(self, folder: Path, log: str, relay: str) -> None:
        self.config = folder / "realtime.toml"
        self.config.write_text(CONFIG.format(log=log, key="k" * 40, path=SAMPLE, relay=relay))
        self.environ = {
            **os.environ,
            "DAGNET_REALTIME_CONFIG": str(self.config),
            "PYTHONPATH": str(ROOT),
        }
        self.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environ["PYTHONPYCACHEPREFIX"] = str(
            folder / "compiled"
        )  # a deployment's packages are compiled when they are installed
        made = [
            sys.executable,
            "-m",
            "dagnet_realtime",
            "token",
            "create",
            "tests",
            "--role",
            "follow",
            "--config",
            str(self.config),
        ]
        told = subprocess.run(made, capture_output=True, text=True, env=self.environ, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
        self.token = next(word for word in told.stdout.split() if word.startswith("dnr_"))
        self.pool = ThreadPoolExecutor(2)
        self.app = Serverless({"DAGNET_REALTIME_CONFIG": str(self.config)})

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        asked = {"method": method, "path": path, "body": base64.b64encode(body).decode()}
        asked["headers"] = {"authorization": f"Bearer {self.token}", **headers}  # type: ignore[assignment]
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.oneshot"],
            input=json.dumps(asked), capture_output=True, text=True, env=self.environ, cwd=self.config.parent, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def together(self, *asked: tuple[Any, ...]) -> list[dict[str, Any]]:
        return list(
            self.pool.map(lambda one: self.ask(*one[:3], **(one[3] if len(one) > 3 else {})), asked)
        )

    async def here(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        """A request to this process, as to one that a platform has kept; what it answers as JSON."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        plain, _, query = path.partition("?")
        headers = [
            (b"host", b"realtime.test"),
            (b"authorization", f"Bearer {self.token}".encode()),
            (b"content-type", b"application/json"),
        ]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": plain,
            "raw_path": plain.encode(),
            "root_path": "",
        }
        scope |= {"query_string": query.encode(), "headers": headers, "scheme": "https"}  # type: ignore[dict-item]
        scope |= {"server": ("realtime.test", 443), "client": ("10.0.0.1", 5)}  # type: ignore[dict-item]
        await self.app(scope, receive, send)
        assert sent[0]["status"] in (200, 201), sent
        found: dict[str, Any] = json.loads(b"".join(part.get("body", b"") for part in sent[1:]))
        return found

    async def told(self, path: str) -> tuple[int, str]:
        """The status and the text that this process answers to a GET, or to a POST of nothing at a webhook."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        headers = [(b"host", b"realtime.test"), (b"authorization", f"Bearer {self.token}".encode())]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST" if "webhook" in path else "GET",
            "path": path,
        }
        scope |= {
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "scheme": "https",
        }  # type: ignore[dict-item]
        scope |= {"server": ("realtime.test", 443), "client": ("10.0.0.1", 5)}  # type: ignore[dict-item]
        await self.app(scope, receive, send)
        return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()

    async def seat(self, session: str) -> dict[str, Any]:
        """Where the provider is, as the session's page asks."""
        return await self.here("GET", f"/api/watch/{session}/relay")

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[Watching]:
        """A page that is On, subscribed, and asks every few seconds as pages do."""
        opened = await self.here(
            "POST",
            "/api/watch",
            json.dumps({"workspace": "shop", "env": "prod", "graph": GRAPH}).encode(),
        )
        session = opened["watch_session_id"]
        seat = await self.seat(session)

        async def ask() -> None:
            while True:
                await asyncio.sleep(2)
                with contextlib.suppress(
                    AssertionError
                ):  # a machine that is too busy to answer; it is asked again
                    await self.seat(session)

        async with Subscriber(seat["public"]["port"], KEY) as browser:
            asked = {
                "watch_session_id": session,
                "channel_name": seat["channel"],
                "socket_id": browser.socket_id,
            }
            await browser.subscribe(
                seat["channel"],
                await self.here("POST", "/api/channels/auth", json.dumps(asked).encode()),
            )
            asking = asyncio.create_task(ask())
            try:
                yield Watching(session, opened["position"], seat["channel"], browser)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    def on(self, env: str = "prod") -> tuple[str, str]:
        body = json.dumps({"workspace": "shop", "env": env, "graph": GRAPH}).encode()
        answer = self.ask("POST", "/api/watch", body, **JSON)
        assert answer["status"] == 201, answer
        opened = json.loads(answer["body"])
        return opened["watch_session_id"], opened["position"]


def delivery(*ids: str) -> tuple[str, str, bytes, dict[str, str]]:
    return sending(*(track(id) for id in ids))


def sending(
    *messages: dict[str, Any], source: str = "web"
) -> tuple[str, str, bytes, dict[str, str]]:
    encoded = [json.dumps(message).encode() for message in messages]
    body = encoded[0] if len(encoded) == 1 else b"[" + b",".join(encoded) + b"]"
    return (
        "POST",
        f"/segment/webhook/{source}",
        body,
        {"x-signature": hmac.digest(SECRET, encoded[0], "sha1").hex()},
    )


@pytest.fixture(scope="module")
def provider() -> Iterator[Unreliable]:
    with soketi() as server, unreliable(server.port) as between:
        yield between


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, provider: Unreliable) -> Iterator[Platform]:
    with redis_server() as redis:
        yield Platform(
            tmp_path_factory.mktemp("serverless"),
            redis.url,
            f"pusher://{KEY}:{SECRET_OF_APP}@127.0.0.1:{provider.port}/{APP_ID}?ws=wss://127.0.0.1:{provider.port}",
        )


def test_webhook_and_poll_meet_in_redis_and_nothing_outlives_an_answer(platform: Platform) -> None:
    """REL-17: each request runs in a fresh process; a retry at another one is a duplicate, and the
    ledger sums.
    """
    session, position = platform.on()
    answers = platform.together(
        delivery("m1"), delivery("m2", "m3"), delivery("m1"), delivery("m4")
    )
    assert [answer["status"] for answer in answers] == [200] * 4
    polled = platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")
    frames = json.loads(polled["body"])["frames"]
    assert sum(frame["ledger"]["offered"] for frame in frames if frame["op"] == "batch") == 4
    assert {answer["left"] for answer in (*answers, polled)} == {0}
    hello = json.loads(platform.ask("GET", f"/api/watch/{session}/frames")["body"])["frames"][0]
    door = hello["ledger"]["web"]
    assert (door["received"], door["taken"], door["duplicate"]) == (5, 4, 1)


def test_a_session_moves_to_another_graph_in_every_process(platform: Platform) -> None:
    """HUB-35, HUB-50: every process counts the log in Redis on the new graph, from On."""
    session, position = platform.on()
    platform.together(delivery("g1", "g2"))
    path = f"/api/watch/{session}"
    moved = platform.ask("PATCH", path, json.dumps({"graph": "newsletter-sign-up"}).encode())
    assert (moved["status"], json.loads(moved["body"])["position"]) == (200, position)
    polled = platform.ask("GET", f"{path}/frames?after={position}&wait=0")
    batches = [one for one in json.loads(polled["body"])["frames"] if one["op"] == "batch"]
    assert sum(batch["ledger"]["offered"] for batch in batches) == 2
    assert sum(batch["ledger"]["lit"] for batch in batches) == 0
    platform.ask("DELETE", path)


def test_a_poll_waits_for_a_delivery_that_another_process_takes(platform: Platform) -> None:
    """REL-17: a process that waits hears of it through Redis, long before its time is over."""
    session, position = platform.on()
    waiting = platform.pool.submit(
        platform.ask, "GET", f"/api/watch/{session}/frames?after={position}&wait=25"
    )
    time.sleep(0.3)
    began = time.monotonic()
    assert platform.ask(*delivery("late")[:3], **delivery("late")[3])["status"] == 200
    assert json.loads(waiting.result()["body"])["frames"]
    assert time.monotonic() - began < 20


def test_rates_hold_over_all_processes(platform: Platform) -> None:
    """REL-18: a source's limit is one limit for all processes; a sender over it gets a time to
    retry.
    """
    session, _ = platform.on()
    answers = platform.together(*(delivery(*(f"r{n}-{m}" for m in range(1900))) for n in range(4)))
    assert sorted(answer["status"] for answer in answers)[-1] == 429
    assert 200 in {answer["status"] for answer in answers}
    platform.ask("DELETE", f"/api/watch/{session}")


def test_a_poll_tells_whom_another_process_was_asked_to_forget(platform: Platform) -> None:
    """HUB-20, REL-17: a poll carries the tokens to forget with the frames that it missed; the
    person's events are gone.
    """
    session, position = platform.on()
    person = {"userId": "somebody who leaves"}
    came, gone = (
        sending(track("stayed", **person)),
        sending({**person, "type": "delete", "messageId": "left"}),
    )
    assert platform.together(came)[0]["status"] == 200
    seen = json.loads(
        platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")["body"]
    )
    tokens = {
        trace["token"]
        for frame in seen["frames"]
        for event in frame.get("events", ())
        for trace in event["traces"]
    }
    assert platform.together(gone)[0]["status"] == 200
    later = json.loads(
        platform.ask("GET", f"/api/watch/{session}/frames?after={seen['position']}&wait=0")["body"]
    )["frames"]
    told = {token for frame in later if frame["op"] == "forget" for token in frame["tokens"]}
    assert told & tokens
    whole = json.loads(
        platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")["body"]
    )["frames"]
    lit = [
        sum(frame["ledger"]["lit"] for frame in some if frame["op"] == "batch")
        for some in (seen["frames"] + later, whole)
    ]
    assert lit == [1, 1], "counted the same before and after"
    assert "traces" not in json.dumps(
        [event for frame in later for event in frame.get("events", ()) if event["traces"]]
    )


def test_a_followed_trace_is_never_sampled_out_by_another_process(platform: Platform) -> None:
    """RED-13, REL-17: the delivery asks Redis who is followed."""
    session, position = platform.on("thin")
    wanted = json.dumps({"kind": "userId", "value": "followed"}).encode()
    followed = platform.ask("POST", f"/api/watch/{session}/follow", wanted, **JSON)
    assert followed["status"] == 200, followed
    messages = [track("f1", userId="followed"), track("f2", userId="another")]
    assert platform.together(sending(*messages, source="thin"))[0]["status"] == 200
    frames = json.loads(
        platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")["body"]
    )["frames"]
    carried = [event for frame in frames for event in frame.get("events", ())]
    assert [(label_of(event["id"]), "partial" in event["flags"]) for event in carried] == [
        ("f1", True)
    ]


def test_the_functions_routes_answer_without_a_session(platform: Platform) -> None:
    """FUN-13, REL-17: they give the provider and channels, and sign a subscription."""
    seat = platform.ask("GET", f"/api/workspaces/shop/lone/function?graph={GRAPH}")
    assert seat["status"] == 200, seat
    channel = json.loads(seat["body"])["channels"][-1]
    asked = [
        json.dumps({"channel_name": name, "socket_id": "1.2"}).encode()
        for name in (channel, "private-another")
    ]
    signed, refused = platform.together(
        *(("POST", "/api/workspaces/shop/lone/function", body, JSON) for body in asked)
    )
    assert json.loads(signed["body"])["auth"].startswith(f"{KEY}:")
    assert refused["status"] == 403


def test_a_cold_start_answers_within_its_time(platform: Platform) -> None:
    """REL-17: a poll from a cold start is quick and imports nothing that it does not need; `make
    bench` has the figure.
    """
    session, position = platform.on()
    polled = platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")
    assert polled["cpu"] < 2, "on a machine as busy as any"
    taken = platform.ask(*delivery("cold")[:3], **delivery("cold")[3])
    unneeded = {
        "httpx",
        "nacl",
        "uvicorn",
        "typer",
        "rich",
        "prometheus_client",
        "authlib",
        "joserfc",
        "_cffi_backend",
        "watchfiles",
        "ruamel",
    }
    assert unneeded & set(polled["loaded"]) == set()
    assert (unneeded - {"nacl", "httpx"}) & set(taken["loaded"]) == set(), "a delivery publishes"
    assert polled["collects"], "what a start leaves off is done again"


def test_the_page_is_served_and_knows_that_it_has_to_poll(platform: Platform) -> None:
    """REL-17: the page is served, and its stream is refused."""
    page, me, stream = platform.together(
        ("GET", "/", b""), ("GET", "/api/me", b""), ("GET", "/api/watch/x/stream", b"")
    )
    assert page["status"] == 200
    assert json.loads(me["body"])["push"] is False
    assert (stream["status"], json.loads(stream["body"])["code"]) == (503, "unavailable")
    workspaces = platform.ask("GET", "/api/workspaces")
    assert json.loads(workspaces["body"])["workspaces"][0]["relay"] is True


async def test_deliveries_publish_before_they_are_answered_and_nothing_is_lost_between_them(
    platform: Platform,
) -> None:
    """REL-20: deliveries in processes of their own publish to a real provider before they answer:
    frames join, counts are exact, costs are reported.
    """
    async with platform.watching() as page:
        answers = await asyncio.to_thread(
            platform.together, *(delivery(f"p{n}-a", f"p{n}-b") for n in range(4))
        )
        assert {(answer["status"], answer["left"]) for answer in answers} == {(200, 0)}
        await page.reached(8)
        ledger = (await platform.seat(page.session))["ledger"]
        assert ledger["delivered"] >= ledger["published"] > 0
        ends = {frame["position"] for frame in page.batches}
        assert ledger["published"] + ledger["failed"] >= len(ends)


async def test_a_provider_that_hangs_costs_a_delivery_two_seconds_at_most_and_no_event(
    platform: Platform, provider: Unreliable
) -> None:
    """REL-20, REL-15: the delivery is taken; the seat says that the provider takes nothing, so that
    the page polls; then publishing resumes.
    """
    async with platform.watching() as page:
        provider.fault = "hang"
        taken = (await asyncio.to_thread(platform.together, delivery("h1")))[0]
        assert taken["status"] == 200
        assert taken["waited"] < 20, "two seconds, and as much again as a busy machine takes"
        async with asyncio.timeout(60):
            while (seat := await platform.seat(page.session))["publishing"]:
                await asyncio.sleep(0)  # another process is publishing, and has yet to fail
        assert seat["ledger"]["failed"] > 0
        polled = await platform.here(
            "GET", f"/api/watch/{page.session}/frames?after={page.position}&wait=0"
        )
        assert (
            sum(frame["ledger"]["offered"] for frame in polled["frames"] if frame["op"] == "batch")
            == 1
        )
        provider.fault = None
        await page.reached(1)


def test_a_sign_out_outlives_its_process(platform: Platform) -> None:
    """ACC-51: the next process knows of it."""
    form = {
        "authorization": "",
        "content-type": "application/x-www-form-urlencoded",
        "origin": "https://realtime.test",
    }
    entered = platform.ask("POST", "/sign-in", f"token={platform.token}".encode(), **form)
    signed = {**form, "cookie": entered["headers"]["set-cookie"].partition(";")[0]}
    assert platform.ask("GET", "/api/me", **signed)["status"] == 200
    assert platform.ask("POST", "/sign-out", **signed)["status"] == 303
    assert platform.ask("GET", "/api/me", **signed)["status"] == 401


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("redis://", "memory://#"), "Redis"),
        (('mode = "token"', 'mode = "local"'), "one machine"),
        (("cookie_key", "# cookie_key"), "cookie key"),
        (("?ws=wss://", "?ws=ws://"), "may open wss:// only"),
        (
            (
                'mode = "token"',
                'mode = "proxy"\nproxy_header = "x-user"\nproxy_from = ["10.0.0.1"]',
            ),
            "proxy_secret",
        ),
    ],
)
async def test_a_deployment_that_cannot_work_says_why(
    platform: Platform, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    """REL-18: the first request is answered with a problem."""
    file = tmp_path / "realtime.toml"
    text = platform.config.read_text().replace(*change)
    file.write_text(
        '[server]\nlog = "memory://"\n' + text.split("\n", 3)[3] if "memory" in change[1] else text
    )
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    app = Serverless({"DAGNET_REALTIME_CONFIG": str(file)})
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert says in sent[-1]["body"].decode()
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"retry-after"]) == (503, b"30"), (
        "a sender keeps what it has and comes back"
    )


async def test_a_proxy_that_proves_nothing_is_refused(platform: Platform) -> None:
    """ACC-14, REL-18: it is refused even if the configuration was built in code, since a platform's
    peer address is a header.
    """
    given = load(platform.config, {})
    proxied = msgspec.structs.replace(
        given,
        access=AccessConfig(
            mode="proxy", proxy=ProxyConfig(header="x-user", trusted=("10.0.0.1",))
        ),
    )
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/me",
        "query_string": b"",
        "headers": [(b"x-user", b"ann")],
        "client": ("10.0.0.1", 5),
    }
    await Serverless({}, lambda _: proxied)(scope, receive, send)
    assert (sent[0]["status"], "proxy_secret" in sent[-1]["body"].decode()) == (503, True)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_store_that_may_drop_keys_is_refused_and_one_that_is_away_is_said(
    tmp_path: Path, policy: str
) -> None:
    """REL-18, LOG-60: the store is checked as at every start; what needs no store is served."""
    with redis_server("--maxmemory", "100mb", "--maxmemory-policy", policy) as redis:
        here = Platform(tmp_path, redis.url, "pusher+tls://k:s@127.0.0.1:9/1")
        for path in ("/readyz", "/api/me", "/api/workspaces", "/segment/webhook/web"):
            status, body = await here.told(path)
            assert (status, "maxmemory-policy" in body) == (503, True), (path, body)
        assert (await here.told("/healthz"))[0] == 200
        assert (await here.told("/sign-in"))[0] == 200
        redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        assert [(await here.told(path))[0] for path in ("/readyz", "/api/me")] == [200, 200]
        redis.kill()
        status, body = await here.told("/readyz")
        assert (status, json.loads(body)["code"]) == (503, "unavailable")
        assert (await here.told("/healthz"))[0] == 200
        redis.start()
        assert "maxmemory-policy" in (await here.told("/readyz"))[1], "as it was started"


@pytest.mark.parametrize(
    "public_url",
    ['public_url = "https://realtime.test"', "", 'public_url = "http://realtime.test"'],
)
async def test_a_relay_that_pages_could_not_reach_is_refused(
    tmp_path: Path, public_url: str
) -> None:
    """REL-1: the page has come over TLS, even if `public_url` says otherwise."""
    here = Platform(tmp_path, "redis://unused", "pusher://k:s@relay.internal:6001/1")
    here.config.write_text(
        here.config.read_text().replace('public_url = "https://realtime.test"', public_url)
    )
    status, body = await here.told("/api/me")
    assert (status, "may open wss:// only" in body, "k:s@" in body) == (503, True, False)


def test_cookies_need_no_setting_to_be_secure(platform: Platform, tmp_path: Path) -> None:
    """ACC-13: the platform speaks TLS, under any host name of the deployment."""
    text = platform.config.read_text().replace('public_url = "https://realtime.test"', "")
    here = Platform(tmp_path, "redis://unused", "pusher+tls://k:s@127.0.0.1:9/1")
    here.config.write_text(text)
    form = {"authorization": "", "content-type": "application/x-www-form-urlencoded"}
    for host in ("x.vercel.app", "localhost:3000"):
        given = {**form, "host": host, "origin": f"https://{host}"}
        entered = here.ask("POST", "/sign-in", f"token={here.token}".encode(), **given)
        assert entered["headers"]["set-cookie"].startswith("__Host-dagnet_realtime="), entered
        assert "; Secure" in entered["headers"]["set-cookie"]
        cookie = entered["headers"]["set-cookie"].partition(";")[0]
        assert (
            here.ask("GET", "/api/me", authorization="", host=host, cookie=cookie)["status"] == 200
        )
        foreign = here.ask(
            "POST",
            "/sign-out",
            authorization="",
            host="x.vercel.app",
            cookie=cookie,
            origin="http://x.vercel.app",
        )
        assert foreign["status"] == 403


def test_each_request_may_come_in_a_loop_of_its_own(platform: Platform) -> None:
    """REL-17: each request may run in a loop of its own, as on runtimes that keep a process but
    start loops anew.
    """
    for _ in range(2):
        assert asyncio.run(platform.here("GET", "/api/workspaces"))["workspaces"]


def test_graphs_of_a_deployment_are_asked_for_before_an_answer_and_again_when_they_are_old(
    platform: Platform,
) -> None:
    """GRA-21: a deployment that was down at the start is asked again; if it fails later, nothing
    changes.
    """
    with dagnet() as served:
        file = platform.config.with_name("remote.toml")
        keys = f'graphs_url = "{served.url}"\ngraphs = ["shop"]'
        file.write_text(platform.config.read_text().replace(f'path = "{SAMPLE}"', keys))

        def at_once(environ: Mapping[str, str]) -> Config:
            config = load(file, environ)
            one = config.workspaces[0]
            assert one.deployment is not None
            old_at_once = msgspec.structs.replace(
                one, deployment=msgspec.structs.replace(one.deployment, interval=0.0)
            )
            return msgspec.structs.replace(config, workspaces=(old_at_once,))

        kept = copy.copy(platform)
        kept.app = Serverless({}, at_once)

        def names() -> list[str]:
            (found,) = asyncio.run(kept.here("GET", "/api/workspaces"))["workspaces"]
            return [graph["name"] for graph in found["graphs"]]

        served.fault = 500
        assert names() == []
        served.fault = None
        served.graphs["shop"] = json.loads((SAMPLE / f"graphs/{GRAPH}.json").read_text())
        assert names() == ["shop"]
        served.fault = 500
        assert names() == ["shop"]
        assert len(served.asked) == 3


async def test_the_platforms_own_start_and_stop_are_answered() -> None:
    """REL-17: ASGI's lifespan messages are answered."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await Serverless({})({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_viewer_token_is_known_to_every_process(platform: Platform) -> None:
    """ACC-59, ACC-64, ACC-65: one mints it, others let its page watch from another origin, which can read their refusals too."""
    asked = {"workspace": "shop", "env": "prod", "viewer": "u-1", "seconds": 60}
    minted = platform.ask("POST", "/api/viewer-tokens", json.dumps(asked).encode(), **JSON)
    assert minted["status"] == 201, minted
    token = json.loads(minted["body"])["token"]
    page = {"origin": "https://dagnet.test", "authorization": f"Bearer {token}"}
    body = json.dumps({"workspace": "shop", "env": "prod", "graph": GRAPH}).encode()
    on = platform.ask("POST", "/api/watch", body, **JSON, **page)
    assert on["status"] == 201, on
    opened = json.loads(on["body"])
    path = f"/api/watch/{opened['watch_session_id']}"
    polled, stream, other, foreign = platform.together(
        ("GET", f"{path}/frames?after={opened['position']}&wait=0", b"", page),
        ("GET", f"{path}/stream", b"", page),
        ("POST", "/api/watch", body.replace(b"prod", b"thin"), {**JSON, **page}),
        ("GET", "/api/me", b"", {**page, "origin": "https://evil.test"}),
    )
    assert [one["status"] for one in (polled, stream, other)] == [200, 503, 404]
    for answer in (on, polled, stream, other):
        assert answer["headers"]["access-control-allow-origin"] == "https://dagnet.test"
    assert foreign["status"] == 403
    assert "access-control-allow-origin" not in foreign["headers"]
    assert platform.ask("DELETE", path, **page)["status"] == 204


async def test_a_page_of_another_origin_can_read_why_a_deployment_does_not_answer(
    tmp_path: Path,
) -> None:
    """ACC-59, REL-18: the problem carries CORS headers, also if no route was reached."""
    here = Platform(tmp_path, "redis://127.0.0.1:1/0", "pusher+tls://k:s@127.0.0.1:9/1")
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    headers = [(b"host", b"realtime.test"), (b"origin", b"https://dagnet.test")]
    scope = {"type": "http", "method": "GET", "path": "/api/me", "query_string": b""}
    await here.app({**scope, "headers": headers}, receive, send)
    given = dict(sent[0]["headers"])
    assert sent[0]["status"] == 503
    assert given[b"access-control-allow-origin"] == b"https://dagnet.test"
    assert b"retry-after" in given[b"access-control-expose-headers"]
