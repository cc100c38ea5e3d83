"""The routes of watch sessions take and give what they declare; a poll keeps every transport's
promises.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import msgspec
import pytest

from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import AccessToken, Role
from dagnet_realtime.web.auth.cookie import SealedCookie
from dagnet_realtime.web.auth.token import TokenAuthenticator, TokenCookie
from dagnet_realtime.web.routes.sessions import SHARES_AT_ONCE, Followed, Polled, Session
from tests.support.clock import FakeClock
from tests.support.server import Served, track
from tests.web.stage import WebStage
from tests.web.transport_contract import Frames, Lane, TransportContract, seen, watched

TOKEN = "u_0123456789ab"
OPEN = {"workspace": "shop", "env": "prod", "graph": "checkout"}


async def test_answers_are_of_the_types_that_are_offered(stage: WebStage) -> None:
    """API-1: answers have exactly the fields of their declared types."""
    opened = (await stage.client.post("/api/watch", json=OPEN)).json()
    session = msgspec.convert(opened, Session)
    assert set(opened) == set(Session.__struct_fields__)
    path = f"/api/watch/{session.watch_session_id}"
    assert set((await stage.client.patch(path, json={"filter": "type:track"})).json()) == set(
        Session.__struct_fields__
    )
    polled = msgspec.json.decode((await stage.client.get(f"{path}/frames")).content, type=Polled)
    assert polled.frames[0].position == polled.position
    followed = (await stage.client.post(f"{path}/follow", json={"token": TOKEN})).json()
    assert msgspec.convert(followed, Followed).follows == (TOKEN,)
    assert set(followed) == set(Followed.__struct_fields__)


class Poll(Lane):
    async def frames(
        self,
        served: Served,
        session: str,
        after: str | None,
        enough: Callable[[Frames], bool],
        seconds: float = 5,
    ) -> Frames:
        got: Frames = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            query = {"wait": 1, **({"after": after} if after else {})}
            answer = (await served.client.get(f"/api/watch/{session}/frames", params=query)).json()
            got += answer["frames"]
            after = answer["position"]
            if enough(got):
                break
        return got

    async def refusal(self, served: Served, session: str, after: str | None) -> httpx.Response:
        return await served.client.get(
            f"/api/watch/{session}/frames", params={"after": after} if after else {}
        )


class TestPoll(TransportContract):
    @pytest.fixture
    def lane(self) -> Lane:
        return Poll()


async def test_a_poll_waits_no_longer_than_asked() -> None:
    """HUB-15: if nothing comes, it answers without frames at the same position; the longest wait is
    25 s.
    """
    async with watched() as (served, session):
        url = f"/api/watch/{session['watch_session_id']}/frames"
        first = (await served.client.get(url)).json()
        again = (
            await served.client.get(url, params={"after": first["position"], "wait": 0.1})
        ).json()
        assert again == {"frames": [], "position": first["position"]}
        for wait in ("26", "-1", "nan", "long"):
            assert (await served.client.get(url, params={"wait": wait})).json()["code"] == "invalid"


async def test_a_waiting_poll_gets_the_next_frame() -> None:
    """HUB-15: it answers at the next tick, not at the end of its wait."""
    async with watched() as (served, session), asyncio.timeout(20):
        waiting = asyncio.create_task(
            Poll().frames(served, session["watch_session_id"], session["position"], seen(1))
        )
        await served.send(track("m1"))
        assert any(frame["op"] == "batch" for frame in await waiting)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b'{"workspace":"shop"}', 400),
        (b'{"workspace":"shop","env":"test","graph":"nowhere"}', 404),
        (b'{"workspace":"other","env":"test","graph":"uk-checkout-journey"}', 404),
        (b'{"workspace":"shop","env":"prod","graph":"checkout","filter":"price>x"}', 400),
        (b'{"workspace":"shop","env":"prod","graph":"checkout","extra":1}', 400),
        (b'{"workspace":"\xff"}', 400),
        (b"x" * 100_000, 413),
    ],
)
async def test_a_wrong_on_is_a_clear_answer(stage: Any, body: bytes, status: int) -> None:
    """WEB-12: every refusal is a problem with a code, a title and what to do."""
    answer = await stage.client.post("/api/watch", content=body)
    assert answer.status_code == status
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["title"]


async def test_on_answers_what_a_viewer_needs(stage: Any) -> None:
    """API-3: On answers 201 with session, position, expiry, posture and graph version; PATCH
    answers the same with what changed.
    """
    answer = await stage.client.post(
        "/api/watch",
        json={
            "workspace": "shop",
            "env": "prod",
            "graph": "checkout",
            "filter": "price:1 device:1",
        },
    )
    assert answer.status_code == 201
    session = answer.json()
    assert session.keys() >= {
        "watch_session_id",
        "position",
        "expires_at",
        "posture",
        "graph_version",
        "started_at",
    }
    assert session["filter"] == "device:1 price:1"
    changed = await stage.client.patch(
        f"/api/watch/{session['watch_session_id']}",
        json={"filter": "", "follows": ["a_0123456789av"]},
    )
    assert (changed.json()["filter"], changed.json()["follows"]) == ("", ["a_0123456789av"])


async def test_following_by_identifier_derives_the_token_and_forgets_the_value(stage: Any) -> None:
    """TRC-29: the answer names the token; the value is in no answer, and trying is rate-limited."""
    session = (
        await stage.client.post(
            "/api/watch", json={"workspace": "shop", "env": "prod", "graph": "checkout"}
        )
    ).json()
    url = f"/api/watch/{session['watch_session_id']}/follow"
    answer = await stage.client.post(url, json={"kind": "userId", "value": "ann@example.com"})
    assert answer.json()["follows"] == answer.json()["tokens"]
    assert "ann" not in answer.text
    assert (await stage.client.post(url, json={"kind": "userId"})).json()["code"] == "invalid"
    answers = [
        (await stage.client.post(url, json={"token": f"a_{number % 3:012}"})).status_code
        for number in range(30)
    ]
    assert answers.count(429) >= 5


NO_IDS = [
    "index",
    "news",
    "mark",
    "person:x",
    "a",
    "A" * 23,
    "A" * 25,
    "A" * 23 + "%0A",
    "A" * 23 + "%2F",
    "{A}" + "A" * 21,
    "ada%40example.com",
    "%E2%80%AE" * 24,
]
NO_TOKENS = [
    "ada.canary@example.com",
    "+4917612345678",
    "a_0123456789a\u202e",
    "a_0123456789av\n",
    "k1.abcd",
    "x" * 500,
]


@pytest.mark.parametrize("id", NO_IDS)
async def test_what_is_no_id_of_a_session_is_gone_without_a_question_to_the_store(
    stage: Any, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WEB-6: such an id is refused in paths and in a subscription's body."""

    async def asked(*_: object) -> None:
        pytest.fail("the store was asked for what is no id")

    monkeypatch.setattr(stage.hub, "session", asked)
    for method, path in [
        ("GET", "/frames"),
        ("GET", "/stream"),
        ("GET", "/relay"),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/follow"),
    ]:
        answer = await stage.client.request(method, f"/api/watch/{id}{path}", json={})
        assert answer.status_code in (404, 410), path  # a slash makes it another route
    subscription = {
        "watch_session_id": unquote(id),
        "channel_name": "private-x",
        "socket_id": "1.1",
    }
    assert (await stage.client.post("/api/channels/auth", json=subscription)).status_code == 410
    assert (await stage.client.post("/api/channels/auth", data=subscription)).status_code == 410


@pytest.mark.parametrize("text", NO_TOKENS)
async def test_what_is_no_token_is_neither_followed_nor_stored_nor_noted(
    stage: Any, text: str
) -> None:
    """WEB-6: an identifier that comes as one goes no further than its refusal."""
    session = (
        await stage.client.post(
            "/api/watch", json={"workspace": "shop", "env": "prod", "graph": "checkout"}
        )
    ).json()["watch_session_id"]
    url = f"/api/watch/{session}"
    for answer in (
        await stage.client.post(f"{url}/follow", json={"token": text}),
        await stage.client.patch(url, json={"follows": ["a_0123456789av", text]}),
    ):
        assert (answer.status_code, answer.json()["title"]) == (400, "That is no trace")
        assert text not in answer.text
    assert (await stage.sessions.load(session)).follows == ()
    assert not [line for line in stage.audited if b"follow" in line]


async def test_another_persons_session_is_gone(stage: Any) -> None:
    """ACC-2: for another person it does not exist: they cannot read, change or end it."""
    session = await stage.open(person="somebody else")
    for method, path in [
        ("GET", "/frames"),
        ("GET", "/stream"),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/follow"),
    ]:
        theirs = await stage.client.request(method, f"/api/watch/{session.id}{path}", json={})
        nobodys = await stage.client.request(method, f"/api/watch/never-was{path}", json={})
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
        assert theirs.status_code == 410


class Holders(WebStage):
    """In `token` access: `ann` and `eve` may follow, `guest` may watch, `dev` may follow elsewhere."""

    def __init__(self) -> None:
        clock = FakeClock()
        self.tokens: dict[str, AccessToken] = {}
        self.texts: dict[str, str] = {}
        for name, role, on in (
            ("ann", "follow", "shop/prod"),
            ("eve", "follow", "shop/prod"),
            ("guest", "watch", "shop/prod"),
            ("dev", "follow", "shop/dev"),
        ):
            self.tokens[name], self.texts[name] = create_token(
                name, msgspec.convert(role, Role), (on,), clock.now(), None, secrets.token_bytes
            )
        jar: SealedCookie[TokenCookie] = SealedCookie(TokenCookie, b"key", clock, secure=False)
        super().__init__(
            access=TokenAuthenticator(lambda: list(self.tokens.values()), jar, clock, 3600.0)
        )

    async def on(self, who: str, **more: str) -> httpx.Response:
        """The answer to On of a holder."""
        headers = {"authorization": f"Bearer {self.texts[who]}"}
        return await self.stranger.post("/api/watch", json={**OPEN, **more}, headers=headers)


async def test_a_link_shows_the_past_to_those_who_may_follow() -> None:
    """HUB-34, ACC-25: a link does not work for the role `watch` or another environment, and is
    audited as shared.
    """
    async with Holders() as stage:
        first = (await stage.on("ann")).json()
        await stage.clock.advance(30)
        second = (await stage.on("eve", share=first["share"])).json()
        assert (second["position"], second["started_at"]) == (
            first["position"],
            first["started_at"],
        )
        assert (await stage.on("guest")).json()["share"] == ""
        refused = await stage.on("guest", share=first["share"])
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert (await stage.on("dev", share=first["share"])).status_code == 404
        assert (await stage.on("dev", env="dev", share=first["share"])).status_code in (404, 410)
        for wrong in ("0" * 32, first["watch_session_id"], "\N{SNOWMAN}", "x" * 5000):
            gone = await stage.on("eve", share=wrong)
            assert (gone.status_code, gone.json()["code"]) == (410, "gone")
        deeds = [json.loads(line) for line in stage.audited]
        assert [one.get("kind", "") for one in deeds if one["deed"] == "on"] == ["", "shared", ""]
        assert first["share"] not in b"".join(stage.audited).decode()


async def test_shared_links_are_opened_at_a_limited_rate() -> None:
    """HUB-34: each reads the whole log; a person's other commands go on."""
    async with Holders() as stage:
        share = (await stage.on("ann")).json()["share"]
        answers = [await stage.on("eve", share=share) for _ in range(SHARES_AT_ONCE + 1)]
        assert [one.status_code for one in answers] == [201] * SHARES_AT_ONCE + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert (await stage.on("eve")).status_code == 201
        assert (await stage.on("ann", share=share)).status_code == 201
