"""The relay's routes, and those of workspaces that a function publishes."""

from collections.abc import AsyncIterator

import pytest

from dagnet_realtime.function.channels import FunctionChannelSigner
from dagnet_realtime.relays.address import parse_relay_url
from dagnet_realtime.relays.signing import sign_subscription
from tests.hub.provider import Provider
from tests.hub.stage import SHOP
from tests.web.stage import WebStage

OPEN = {"workspace": "shop", "env": "prod", "graph": "checkout"}
PUBLIC = {"kind": "pusher", "key": "k", "host": "h", "port": 6001, "tls": False, "encrypted": False}


@pytest.fixture
async def relayed() -> AsyncIterator[WebStage]:
    provider = Provider(public=PUBLIC)
    async with WebStage(relays={SHOP: provider}, connect_origins=("ws://h:6001",)) as stage:
        yield stage


async def opened(stage: WebStage, filter: str = "") -> tuple[str, str]:
    """A session and its channel."""
    session = (await stage.client.post("/api/watch", json={**OPEN, "filter": filter})).json()[
        "watch_session_id"
    ]
    seat = (await stage.client.get(f"/api/watch/{session}/relay")).json()
    return session, seat["channel"]


async def test_a_session_learns_its_seat(relayed: WebStage) -> None:
    """REL-6: it learns the provider, the channel, its state and cost, and no secret."""
    session, _ = await opened(relayed)
    seat = (await relayed.client.get(f"/api/watch/{session}/relay")).json()
    assert seat["public"] == PUBLIC
    assert (seat["publishing"], seat["ledger"]) == (
        True,
        {"published": 0, "delivered": 0, "failed": 0},
    )


async def test_a_session_learns_how_many_watch_beside_it(relayed: WebStage) -> None:
    """REL-23: viewers with other filters are counted too."""
    session, _ = await opened(relayed)
    await opened(relayed, "type:page")
    seat = (await relayed.client.get(f"/api/watch/{session}/relay")).json()
    assert seat["company"] == {"others": 1, "names": [], "follows": []}


async def test_a_subscription_is_signed_as_a_form_or_as_json(relayed: WebStage) -> None:
    """REL-9: a form is how every Pusher client asks."""
    session, channel = await opened(relayed)
    asked = {"socket_id": "1.2", "channel_name": channel, "watch_session_id": session}
    for answer in (
        await relayed.client.post("/api/channels/auth", data=asked),
        await relayed.client.post("/api/channels/auth", json=asked),
    ):
        assert (answer.status_code, answer.json()) == (200, {"auth": f"{channel}:1.2"})


async def test_only_the_sessions_own_person_and_channel_are_signed(relayed: WebStage) -> None:
    """REL-9: a stranger is not signed in, another channel is forbidden, another's session is gone, and what cannot be read is invalid."""
    session, channel = await opened(relayed)
    _, other = await opened(relayed, "type:page")
    asked = {"socket_id": "1.2", "channel_name": channel, "watch_session_id": session}

    async def code(**changed: str) -> str:
        answer = await relayed.client.post("/api/channels/auth", json={**asked, **changed})
        return str(answer.json()["code"])

    assert (await relayed.stranger.post("/api/channels/auth", json=asked)).status_code == 401
    assert await code(channel_name=other) == "forbidden"
    assert await code(watch_session_id="no-such-session") == "gone"
    assert (
        await relayed.client.post(
            "/api/channels/auth", content=b"[", headers={"content-type": "application/json"}
        )
    ).status_code == 400
    assert (
        await relayed.client.post("/api/channels/auth", content=b"&a=b" * 500)
    ).status_code == 400
    assert (await relayed.client.post("/api/channels/auth", content=b"x" * 5000)).status_code == 413


async def test_the_page_may_connect_to_the_provider_and_nowhere_else(relayed: WebStage) -> None:
    """REL-10: the content security policy names its origin."""
    policy = (await relayed.client.get("/")).headers["content-security-policy"]
    assert "connect-src 'self' ws://h:6001;" in policy
    async with WebStage() as without:
        assert (
            "connect-src 'self';"
            in (await without.client.get("/")).headers["content-security-policy"]
        )


async def test_metrics_count_what_providers_bill(relayed: WebStage) -> None:
    """REL-6: messages are counted by workspace as published, delivered or failed."""
    session, channel = await opened(relayed)
    asked = {"socket_id": "1.2", "channel_name": channel, "watch_session_id": session}
    await relayed.client.post("/api/channels/auth", json=asked)
    await relayed.clock.advance(16)
    metrics = (await relayed.client.get("/metrics")).text
    assert (
        'dagnet_realtime_relay_messages_total{env="prod",outcome="published",workspace="shop"} 1.0'
        in metrics
    )


async def test_a_poll_can_end_where_a_frame_of_the_provider_ends(relayed: WebStage) -> None:
    """REL-15: `until` asks for exactly what lies between."""
    from tests.support.entries import entries

    session = (await relayed.client.post("/api/watch", json=OPEN)).json()
    id, start = session["watch_session_id"], session["position"]
    await relayed.log.append(SHOP, entries(0, 9, name="Home"))
    await relayed.clock.advance(1)
    end = (await relayed.client.get(f"/api/watch/{id}/frames", params={"after": start})).json()[
        "position"
    ]
    answer = (
        await relayed.client.get(f"/api/watch/{id}/frames", params={"after": start, "until": end})
    ).json()
    assert answer["position"] == end
    assert [frame["counts"] for frame in answer["frames"]] == [{"u-Home": 10}]
    backwards = (
        await relayed.client.get(f"/api/watch/{id}/frames", params={"after": end, "until": start})
    ).json()
    assert backwards == {"frames": [], "position": end}


async def test_workspaces_say_whether_they_have_a_relay(relayed: WebStage) -> None:
    """REL-10: `relay` tells the page which transport to use."""
    (workspace,) = (await relayed.client.get("/api/workspaces")).json()["workspaces"]
    assert workspace["relay"] is False


PATH = "/api/workspaces/shop/prod/function"


@pytest.fixture
async def published() -> AsyncIterator[WebStage]:
    relay = FunctionChannelSigner(parse_relay_url("pusher://k:s@h:6001/4711"), SHOP, b"token key")
    async with WebStage(functions={SHOP: relay}) as stage:
        yield stage


async def test_a_viewer_learns_where_and_how_much_it_can_be_trusted(
    published: WebStage,
) -> None:
    """FUN-13: a viewer gets the provider, the current channels, the function's plan, and a posture
    without exact counts.
    """
    seat = (await published.client.get(PATH, params={"graph": "checkout"})).json()
    assert seat["public"] == {
        "kind": "pusher",
        "key": "k",
        "host": "h",
        "port": 6001,
        "tls": False,
        "encrypted": False,
    }
    assert [name[:24] for name in seat["channels"]] == ["private-dagnet-function-"]
    assert (
        seat["posture"]["exact_counts"],
        seat["posture"]["retention"],
        seat["posture"]["filtered"],
    ) == (False, 0.0, "browser")
    assert len(seat["plan"]) == 12
    assert (await published.client.get(PATH, params={"graph": "checkout"})).json()["plan"] == seat[
        "plan"
    ]
    assert (await published.client.get(PATH, params={"graph": "another"})).status_code == 404


async def test_subscriptions_are_signed_for_this_moments_channel_and_audited(
    published: WebStage,
) -> None:
    """FUN-4, ACC-25: nothing is remembered, so any process can sign."""
    (channel,) = (await published.client.get(PATH, params={"graph": "checkout"})).json()["channels"]
    answer = await published.client.post(PATH, json={"socket_id": "1.2", "channel_name": channel})
    assert answer.json() == {"auth": sign_subscription("k", b"s", "1.2", channel)}
    assert b'"deed":"subscribed"' in published.audited[-1]
    await published.clock.advance(1200)
    assert (
        await published.client.post(PATH, json={"socket_id": "1.2", "channel_name": channel})
    ).status_code == 403


async def test_no_one_else_learns_or_signs_anything(published: WebStage) -> None:
    """ACC-18, FUN-4: strangers, workspaces that a server ingests, unknown ones and unreadable
    requests are refused.
    """
    asked = {"socket_id": "1.2", "channel_name": "x"}
    assert (await published.stranger.get(PATH, params={"graph": "checkout"})).status_code == 401
    assert (await published.stranger.post(PATH, json=asked)).status_code == 401
    assert (await published.client.get(PATH.replace("prod", "stage"))).status_code == 404
    assert (await published.client.post(PATH, json=asked)).status_code == 403
    assert (
        await published.client.post(
            PATH, content=b"[", headers={"content-type": "application/json"}
        )
    ).status_code == 400
    assert (await published.client.post(PATH, content=b"x" * 20_000)).status_code == 413
