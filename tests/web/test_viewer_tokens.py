"""`POST /api/viewer-tokens`, and what its tokens open, until they lapse and after they are renewed."""

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest

from dagnet_realtime.core.roles import EVERYTHING
from dagnet_realtime.viewer_token import TOKEN_TYPE
from dagnet_realtime.web.auth.request import auth_request
from dagnet_realtime.web.reauthorizer import ANSWER_SECONDS, LAPSED, RENEWAL_SECONDS, ROUND_SECONDS
from dagnet_realtime.web.routes.viewer_tokens import MINTS_AT_ONCE
from tests.hub.stage import SHOP
from tests.support.entries import entry
from tests.web.stage import WebStage
from tests.web.test_cors import HOST, OriginStage, signed_in
from tests.web.test_sign_in import FORM

PATH = "/api/viewer-tokens"
ASKED = {"workspace": "shop", "env": "prod", "viewer": "u-1"}


async def test_a_back_end_mints_and_its_page_watches() -> None:
    """ACC-65, ACC-59: the page watches from a listed origin; the audit names minter and viewer,
    without the token.
    """
    async with OriginStage() as stage:
        bearer = {"authorization": f"Bearer {stage.text}"}
        minted = await stage.stranger.post(PATH, json={**ASKED, "seconds": 60}, headers=bearer)
        assert minted.status_code == 201, minted.text
        token = minted.json()["token"]
        assert minted.headers["cache-control"] == "no-store"
        page = {"origin": HOST, "authorization": f"Bearer {token}"}
        me = (await stage.stranger.get("/api/me", headers=page)).json()
        assert (me["person"], me["can"]) == ("viewer:u-1", ["watch"])
        assert me["expires_at"] == minted.json()["expires_at"]
        on = await stage.stranger.post(
            "/api/watch",
            json={"workspace": "shop", "env": "prod", "graph": "checkout"},
            headers=page,
        )
        assert on.status_code == 201
        lines = [json.loads(line) for line in stage.audited]
        assert [(line["deed"], line["person"]) for line in lines] == [
            ("mint", f"token:{stage.kept.id}"),
            ("on", "viewer:u-1"),
        ]
        assert (lines[0]["viewer"], lines[0]["kind"]) == ("u-1", "watch")
        assert token not in b"".join(stage.audited).decode()
        again = await stage.stranger.post(
            "/api/watch",
            json={"workspace": "shop", "env": "test", "graph": "checkout"},
            headers=page,
        )
        assert again.status_code == 404, "another environment is as if it were not there"


async def test_only_an_access_token_mints() -> None:
    """ACC-65: a cookie, a viewer's token and any page with an origin are refused."""
    async with OriginStage() as stage:
        cookie = await signed_in(stage)
        bearer = {"authorization": f"Bearer {stage.text}"}
        viewer = (await stage.stranger.post(PATH, json=ASKED, headers=bearer)).json()["token"]
        for headers in ({"cookie": cookie}, {"authorization": f"Bearer {viewer}"}):
            refused = await stage.stranger.post(PATH, json=ASKED, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
            assert "access token" in refused.json()["title"]
        assert (await stage.stranger.post(PATH, json=ASKED)).status_code == 401
        page = await stage.stranger.post(PATH, json=ASKED, headers={**bearer, "origin": HOST})
        assert page.status_code == 403
        assert "access-control-allow-origin" not in page.headers


async def test_a_viewer_token_counts_in_the_authorization_header_alone() -> None:
    """ACC-59, ACC-64: in the address, a cookie, another header or scheme it is refused, and no
    browser signs in with one.
    """
    async with OriginStage() as stage:
        bearer = {"authorization": f"Bearer {stage.text}"}
        token = (await stage.stranger.post(PATH, json=ASKED, headers=bearer)).json()["token"]
        for query in ("access_token", "token", "authorization", "key", "bearer"):
            for path in ("/api/me", "/api/workspaces", "/metrics"):
                answer = await stage.stranger.get(path, params={query: token})
                assert answer.status_code == 401
        for headers in (
            {"authorization": token},
            {"authorization": f"Basic {token}"},
            {"authorization": f"Bearer Bearer {token}"},
            {"cookie": f"dagnet_realtime_8765={token}; token={token}"},
            {"x-access-token": token, "x-realtime-page": token},
        ):
            assert (await stage.stranger.get("/api/me", headers=headers)).status_code == 401
        typed = await stage.stranger.post("/sign-in", content=f"token={token}", headers=FORM)
        assert typed.status_code == 401
        assert "set-cookie" not in typed.headers
        good = {"authorization": f"bearer  {token} "}
        assert (await stage.stranger.get("/api/me", headers=good)).status_code == 200


async def test_no_depth_of_json_is_a_fault_of_ours() -> None:
    """ACC-64: such a header can be sent without a key; bodies are refused in the same way."""
    deep = b"[" * 1300
    header = base64.urlsafe_b64encode(b'{"typ":"%b","x":%b' % (TOKEN_TYPE.encode(), deep))
    async with OriginStage() as stage:
        for token in (f"{header.decode().rstrip('=')}.e30.x", f"x.{header.decode().rstrip('=')}.x"):
            page = {"origin": HOST, "authorization": f"Bearer {token}"}
            refused = await stage.stranger.get("/api/me", headers=page)
            assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    async with WebStage() as stage:
        headers = {"content-type": "application/json"}
        for path in ("/api/channels/auth", PATH, "/api/watch", "/api/test-event"):
            body = b'{"x":' + deep
            refused = await stage.client.post(path, content=body, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (400, "invalid"), path


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "follow"}, "forbidden"),
        ({"role": "administer"}, "invalid"),
        ({"role": ""}, "invalid"),
        ({"env": "test"}, "not_found"),
        ({"env": "*"}, "not_found"),
        ({"workspace": "bank"}, "not_found"),
        ({"viewer": ""}, "invalid"),
        ({"viewer": "ann smith"}, "invalid"),
        ({"viewer": "ann\n"}, "invalid"),
        ({"viewer": "u" * 129}, "invalid"),
        ({"viewer": None}, "invalid"),
        ({"seconds": 0}, "invalid"),
        ({"seconds": 3601}, "invalid"),
        ({"seconds": 1.5}, "invalid"),
        ({"seconds": "60"}, "invalid"),
        ({"azp": "other"}, "invalid"),
        ({"viewer": "u" * 20000}, "too_large"),
    ],
)
async def test_what_cannot_be_minted_is_a_problem(changes: dict[str, object], code: str) -> None:
    """ACC-65: that says what was wrong, and mints nothing."""
    async with OriginStage() as stage:
        bearer = {"authorization": f"Bearer {stage.text}"}
        refused = await stage.stranger.post(PATH, json={**ASKED, **changes}, headers=bearer)
        assert refused.json()["code"] == code, refused.text
        assert refused.json()["remedy"] or code == "too_large"
        assert "token" not in refused.json()
        assert stage.audited == []


async def test_one_back_end_mints_so_many() -> None:
    """ACC-65: beyond the limit, minting is refused with a time to retry."""
    async with WebStage() as stage:
        for _ in range(MINTS_AT_ONCE):
            assert (await stage.client.post(PATH, json=ASKED)).status_code == 201
        refused = await stage.client.post(PATH, json=ASKED)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        await stage.clock.advance(1)
        assert (await stage.client.post(PATH, json=ASKED)).status_code == 201


class Page(OriginStage):
    """A page of another origin that watches; its back end mints tokens of a minute."""

    async def minted(self, viewer: str = "u-1") -> dict[str, str]:
        """The headers of a request with a new token."""
        bearer = {"authorization": f"Bearer {self.text}"}
        body = {**ASKED, "viewer": viewer, "seconds": 60}
        answer = await self.stranger.post(PATH, json=body, headers=bearer)
        return {"origin": HOST, "authorization": f"Bearer {answer.json()['token']}"}

    async def on(self, headers: dict[str, str]) -> str:
        """The id of a new watch session."""
        body = {"workspace": "shop", "env": "prod", "graph": "checkout"}
        answer = await self.stranger.post("/api/watch", json=body, headers=headers)
        return str(answer.json()["watch_session_id"])

    async def sent(self, *ids: str) -> None:
        """Events arrive, and their frames are sent."""
        await self.log.append(SHOP, [entry(one) for one in ids])
        await self.clock.advance(1)


def streamed(answer: httpx.Response) -> tuple[list[dict[str, Any]], str]:
    """The frames of a stream that has ended, and the position of the last one that has any."""
    lines = answer.text.splitlines()
    frames = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    return frames, [line[4:] for line in lines if line.startswith("id: ")][-1]


def ids_of(frames: list[dict[str, Any]]) -> list[str]:
    """The events of frames, in their order."""
    return [event["id"] for frame in frames if frame["op"] == "batch" for event in frame["events"]]


async def test_a_stream_outlives_its_token() -> None:
    """ACC-64: it ends with a bye that says why and asks back at once; a new token of the same viewer goes on in the same session, with no event lost and none twice."""
    async with Page() as stage:
        session = await stage.on(first := await stage.minted())
        path = f"/api/watch/{session}/stream"
        reading = asyncio.create_task(stage.stranger.get(path, headers=first))
        await stage.sent("m-1", "m-2")
        rounds = asyncio.create_task(stage.rounds.run())
        await stage.clock.advance(50)
        await stage.sent("m-3")
        assert not reading.done()
        await stage.clock.advance(ROUND_SECONDS)
        frames, position = streamed(await asyncio.wait_for(reading, 20))
        assert frames[-1] == {"op": "bye", "reason": LAPSED, "retry_after": 0.0}
        await stage.sent("m-4")
        late = await stage.stranger.get(path, headers={**first, "last-event-id": position})
        assert (late.status_code, late.json()["title"]) == (401, "This access token has lapsed")
        assert late.headers["access-control-allow-origin"] == HOST

        other = {**await stage.minted("u-2"), "last-event-id": position}
        assert (await stage.stranger.get(path, headers=other)).status_code == 410
        second = {**await stage.minted(), "last-event-id": position}
        reading = asyncio.create_task(stage.stranger.get(path, headers=second))
        await stage.sent("m-5")
        await stage.stranger.delete(f"/api/watch/{session}", headers=second)
        rounds.cancel()
        more, _ = streamed(await asyncio.wait_for(reading, 20))
        assert ids_of(frames) + ids_of(more) == [entry(f"m-{n}").id for n in range(1, 6)]
        assert more[0]["op"] == "hello"
        assert "gap" not in {frame["op"] for frame in frames + more}
        deeds = [json.loads(line)["deed"] for line in stage.audited]
        assert "revoked" not in deeds
        assert "resumed" in deeds


async def test_a_poll_goes_on_with_a_new_token() -> None:
    """ACC-64: the same, for a page that cannot keep a stream open."""
    async with Page() as stage:
        session = await stage.on(first := await stage.minted())
        path = f"/api/watch/{session}/frames"
        await stage.sent("m-1")
        got = (await stage.stranger.get(path, headers=first)).json()
        await stage.clock.advance(60)
        await stage.sent("m-2")
        after = {"after": got["position"]}
        late = await stage.stranger.get(path, headers=first, params=after)
        assert (late.status_code, late.json()["code"]) == (401, "unauthorized")
        second = await stage.minted()
        more = (await stage.stranger.get(path, headers=second, params=after)).json()
        assert ids_of(got["frames"]) + ids_of(more["frames"]) == [
            entry("m-1").id,
            entry("m-2").id,
        ]


async def test_a_revoked_minter_ends_the_stream_and_the_session() -> None:
    """ACC-65, ACC-17: a viewer whose back end lost its right is no viewer who may come back."""
    allowed = True
    async with Page(minters=lambda _: EVERYTHING if allowed else None) as stage:
        session = await stage.on(first := await stage.minted())
        path = f"/api/watch/{session}/stream"
        reading = asyncio.create_task(stage.stranger.get(path, headers=first))
        await stage.clock.advance(1)
        allowed = False
        await stage.rounds.run_once()
        frames, _ = streamed(await asyncio.wait_for(reading, 20))
        assert (frames[-1]["op"], frames[-1]["retry_after"]) == ("bye", None)
        assert frames[-1]["reason"].startswith("revoked")
        assert await stage.sessions.load(session) is None


async def test_each_stream_ends_with_its_own_token() -> None:
    """ACC-64: an old stream, which a proxy may report late as gone, ends with its token, and the
    page's new one goes on.
    """
    async with Page() as stage:
        session = await stage.on(first := await stage.minted())
        path = f"/api/watch/{session}/stream"
        old = asyncio.create_task(stage.stranger.get(path, headers=first))
        await stage.clock.advance(30)
        new = asyncio.create_task(stage.stranger.get(path, headers=await stage.minted()))
        await stage.clock.advance(35)
        await stage.rounds.run_once()
        frames, _ = streamed(await asyncio.wait_for(old, 20))
        assert frames[-1]["reason"] == LAPSED, "though the session has another that is good"
        await stage.clock.advance(1)
        assert not new.done()
        await stage.clock.advance(30)
        await stage.rounds.run_once()
        frames, _ = streamed(await asyncio.wait_for(new, 20))
        assert frames[-1]["reason"] == LAPSED


async def test_a_subscription_at_a_relay_waits_for_the_new_token() -> None:
    """ACC-64, ACC-17: it outlives its token by the renewal time, less than 30 s in all; then it is
    dismissed, and the session stays.
    """
    assert ROUND_SECONDS + RENEWAL_SECONDS <= 30 - ANSWER_SECONDS / 2
    async with Page() as stage:
        session = await stage.on(first := await stage.minted())
        asked = auth_request("GET", [(n.encode(), v.encode()) for n, v in first.items()])
        dismissed: list[str] = []

        async def dismiss(id: str) -> None:
            dismissed.append(id)

        stage.hub.relay_manager.dismiss = dismiss  # type: ignore[method-assign]
        stage.rounds.relayed(session, asked)
        await stage.clock.advance(60 + RENEWAL_SECONDS)
        await stage.rounds.run_once()
        assert dismissed == []
        again = await stage.minted()
        renewed = auth_request("GET", [(n.encode(), v.encode()) for n, v in again.items()])
        stage.rounds.relayed(session, renewed)
        await stage.clock.advance(RENEWAL_SECONDS)
        await stage.rounds.run_once()
        assert dismissed == [], "the new token is the one that counts"
        await stage.clock.advance(61)
        await stage.rounds.run_once()
        await stage.rounds.run_once()
        assert dismissed == [session]
        assert await stage.sessions.load(session)
