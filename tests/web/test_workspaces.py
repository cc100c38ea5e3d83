"""What there is to watch."""

import hmac
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagnet_realtime.config.build import access_of
from dagnet_realtime.config.config import AccessConfig
from dagnet_realtime.config.file import AccessTable
from dagnet_realtime.core.roles import ROLE_ORDER
from tests.support.server import SECRET, WRITE_KEY, config, serving, track
from tests.web.stage import WebStage


async def test_workspaces_list_their_graphs_and_sources(stage: WebStage) -> None:
    """API-3: each has its id and env, nodes that can light, files with errors, and sources."""
    (workspace,) = (await stage.client.get("/api/workspaces")).json()["workspaces"]
    assert (workspace["id"], workspace["env"], workspace["errors"]) == ("shop", "prod", [])
    (graph,) = workspace["graphs"]
    assert graph == {
        "name": "checkout",
        "title": "",
        "version": "v1",
        "nodes": 3,
        "edges": 0,
        "can_light": 3,
    }


async def test_a_graph_comes_with_its_matching_table(stage: WebStage) -> None:
    """API-3: the answer is the wire's Graph; an unknown one is a problem."""
    graph = (await stage.client.get("/api/workspaces/shop/prod/graphs/checkout")).json()
    assert [listen["names"] for listen in graph["listens"]] == [["Home"], ["Cart"], ["Paid"]]
    listed = (await stage.client.get("/api/workspaces/shop/prod/graphs")).json()
    assert [one["name"] for one in listed["graphs"]] == ["checkout"]
    for path in ("shop/prod/graphs/none", "shop/dev/graphs", "other/prod/graphs/checkout"):
        assert (await stage.client.get(f"/api/workspaces/{path}")).status_code == 404


async def test_a_person_learns_what_they_may_do(stage: WebStage) -> None:
    """API-3: the answer names the person, the access mode, the rights, and whether this is the
    demo.
    """
    me = (await stage.client.get("/api/me")).json()
    assert me == {
        "person": "local",
        "access": "local",
        "can": [*ROLE_ORDER, "send"],
        "demo": True,
        "version": "1.2.3",
        "push": True,
        "expires_at": None,
    }


def earlier(answer: httpx.Response) -> Any:
    (workspace,) = answer.json()["workspaces"]
    return workspace["earlier_since"]


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("kind", ["delete", "suppress", "\\u0064elete"])
async def test_a_deletion_ends_what_browsers_keep(watched: bool, kind: str) -> None:
    """PIC-97: it is heard whether anything is watched or not, and nothing else is taken for one."""
    async with serving() as served:
        if watched:
            await served.open()
        since = earlier(await served.client.get("/api/workspaces"))
        await served.send(track("m1", "delete this item"), track("m2", "order deleted"))
        assert earlier(await served.client.get("/api/workspaces")) == since
        body = json.dumps({"type": kind, "messageId": "m3", "userId": "anna"}).replace("\\\\", "\\")
        sign = {"x-signature": hmac.digest(SECRET, body.encode(), "sha1").hex()}
        sent = await served.client.post("/segment/webhook/web", content=body, headers=sign)
        assert sent.status_code == 200
        assert earlier(await served.client.get("/api/workspaces")) > since


async def test_a_public_key_ends_nothing() -> None:
    """PIC-97, DOOR-1: a delete by a public write key is refused, and browsers keep what
    they have.
    """
    async with serving() as served:
        since = earlier(await served.client.get("/api/workspaces"))
        call = {"type": "delete", "userId": "anna", "messageId": "m1", "writeKey": WRITE_KEY}
        await served.client.post("/v1/batch", json={"batch": [call], "writeKey": WRITE_KEY})
        assert earlier(await served.client.get("/api/workspaces")) == since


async def test_followers_learn_of_a_deletion_for_any_setting_of_earlier_sessions() -> None:
    """TRC-34: those who may follow learn since when no person was deleted, and nothing of whom."""
    async with serving(config(access=AccessConfig(earlier_sessions=False))) as served:
        answers = [await served.client.get("/api/workspaces")]
        body = json.dumps({"type": "delete", "messageId": "m1", "userId": "anna"})
        sign = {"x-signature": hmac.digest(SECRET, body.encode(), "sha1").hex()}
        await served.client.post("/segment/webhook/web", content=body, headers=sign)
        answers.append(await served.client.get("/api/workspaces"))
        (before,), (after,) = (answer.json()["workspaces"] for answer in answers)
        assert (before["earlier_since"], after["earlier_since"]) == (None, None)
        assert before["undeleted_since"] < after["undeleted_since"]
        assert "anna" not in answers[1].text


async def test_the_operator_says_whether_browsers_keep_sessions() -> None:
    """PIC-97: off keeps none, and so do workspaces whose deletions this server does not hear."""
    off = AccessConfig(earlier_sessions=False)
    async with serving(config(access=off)) as served:
        assert earlier(await served.client.get("/api/workspaces")) is None
    for mode, said, kept in (
        ("local", "auto", True),
        ("local", "off", False),
        ("token", "auto", False),
        ("token", "on", True),
    ):
        table = AccessTable(mode=mode, earlier_sessions=said)
        assert access_of(table, Path()).earlier_sessions is kept
