"""Authorisation in a host's back end: the answers, and real subscriptions by them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagnet_realtime.model.protocol import FUNCTION_CHANNEL_SECONDS
from dagnet_realtime.pusher_auth import PusherAuth
from tests.support.soketi import KEY, SECRET, Soketi, soketi
from tests.support.subscriber import Subscriber

VECTORS = json.loads(
    (Path(__file__).parents[2] / "conformance/pusher_auth.json").read_text(encoding="utf-8")
)
TOKEN_KEY = VECTORS["options"]["token_key"]
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_request_is_answered(case: dict[str, Any]) -> None:
    """FUN-21: answers equal those of the handler in TypeScript."""
    handler = PusherAuth(**VECTORS["options"], now=lambda: case["now"] / 1000)
    answer = handler.answer(
        case["method"], case["headers"], case["body"].encode(), allowed=case["allowed"]
    )
    headers = dict(answer.headers)
    told = {name for name in headers if name in ("allow", "vary") or name.startswith("access-")}
    assert {**case["answers"], **{name: headers[name] for name in told}}.items() >= case[
        "answers"
    ].items()
    assert answer.status == case["status"]
    body = json.loads(answer.body) if answer.body else {}
    assert body == case["json"] if "json" in case else body.get("code") == case.get("code")
    assert body.get("title") == case.get("title")


@pytest.mark.parametrize("options", VECTORS["unusable"], ids=str)
def test_options_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    """FUN-21: unusable options raise at the start, and secrets are not shown."""
    with pytest.raises(ValueError, match=r"(is|are) (not|given)") as refused:
        PusherAuth(**VECTORS["options"] | options)
    assert TOKEN_KEY not in str(refused.value)


def test_it_needs_no_server() -> None:
    """FUN-21: a back end imports it without any library."""
    code = (
        "import sys; from dagnet_realtime.pusher_auth import PusherAuth; "
        "print(*sorted(n for n in sys.modules if n.split('.')[0] in "
        "('starlette', 'uvicorn', 'msgspec', 'redis', 'cryptography')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


class Host:
    """A host's back end: its users, its clock, and the app as a server calls it."""

    def __init__(self, provider: Soketi) -> None:
        self.users = {"ada", "bob"}
        self.now = 1_767_323_000.0
        self.app = PusherAuth(
            key=KEY,
            secret=SECRET,
            host="127.0.0.1",
            port=provider.port,
            tls=False,
            workspace="acme",
            env="prod",
            token_key=TOKEN_KEY,
            allowed=self.allowed,
            now=lambda: self.now,
        )

    async def allowed(self, scope: Any) -> bool | None:
        """Whether the cookie's user may subscribe; None if the cookie is missing or lapsed."""
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        if cookie == "broken":
            raise RuntimeError("the users' table is away")
        return None if cookie in ("", "lapsed") else cookie in self.users

    async def ask(self, user: str, body: bytes | None = None) -> httpx.Response:
        """One request of a user's page."""
        transport = httpx.ASGITransport(self.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://host.test") as client:
            headers = FORM | ({"cookie": user} if user else {})
            if body is None:
                return await client.get("/", headers=headers)
            return await client.post("/", headers=headers, content=body)

    async def sign(self, user: str, channel: str, socket_id: str) -> httpx.Response:
        """Asks for a signature as Pusher's client does."""
        return await self.ask(user, f"socket_id={socket_id}&channel_name={channel}".encode())


@pytest.fixture(scope="module")
def provider() -> Iterator[Soketi]:
    """A real server of the protocol."""
    with soketi() as server:
        yield server


async def test_a_real_provider_takes_what_is_signed(provider: Soketi) -> None:
    """FUN-21: a user subscribes; one who was removed gets no signature any more."""
    host = Host(provider)
    first = (await host.ask("ada")).json()
    assert first["public"]["port"] == provider.port
    (channel,) = first["channels"]
    async with Subscriber(provider.port, KEY) as browser:
        signed = await host.sign("ada", channel, browser.socket_id)
        await browser.subscribe(channel, signed.json())
        host.users.remove("ada")
        assert (await host.ask("ada")).status_code == 403
        host.now += FUNCTION_CHANNEL_SECONDS
        (following,) = (await host.ask("bob")).json()["channels"]
        assert following != channel
        assert (await host.sign("ada", following, browser.socket_id)).status_code == 403
        assert (await host.sign("bob", channel, browser.socket_id)).status_code == 403
        await browser.subscribe(
            following, (await host.sign("bob", following, browser.socket_id)).json()
        )


async def test_a_refused_user_learns_why(
    provider: Soketi, caplog: pytest.LogCaptureFixture
) -> None:
    """FUN-21: lapsed, unknown, or a host whose own check fails, which says nothing of it outside."""
    host = Host(provider)
    found = [(await host.ask(user)) for user in ("", "lapsed", "eve", "broken")]
    assert [answer.status_code for answer in found] == [401, 401, 403, 503]
    assert "table" not in found[-1].text
    assert "the users' table is away" in caplog.text
    huge = await host.ask("ada", b"x" * 1_000_000)
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")


async def test_bodies_in_pieces_and_connections_that_break() -> None:
    """FUN-21: no more is read than says that it is too long; one that breaks off signs nothing."""
    app = PusherAuth(**VECTORS["options"], allowed=lambda scope: True)
    scope = {
        "type": "http",
        "method": "POST",
        "headers": [(name.encode(), value.encode()) for name, value in FORM.items()],
    }
    for pieces, read in (
        ([{"type": "http.request", "body": b"x" * 1024, "more_body": True}] * 100, 5),
        (
            [
                {"type": "http.request", "body": b"socket_id=1.2", "more_body": True},
                {"type": "http.disconnect"},
            ],
            2,
        ),
    ):
        left = list(pieces)
        sent: list[Any] = []

        async def receive(left: list[Any] = left) -> Any:
            return left.pop(0)

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        await app(scope, receive, send)
        assert sent[0]["status"] == 413
        assert len(pieces) - len(left) == read


async def test_servers_start_and_stop_it() -> None:
    """FUN-21: it takes part in the lifespan protocol, and closes a WebSocket."""
    app = PusherAuth(**VECTORS["options"])
    events = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))
    sent: list[str] = []

    async def receive() -> Any:
        return next(events)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async with asyncio.timeout(5):
        await app({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
