"""The routes of workspaces that a function publishes."""

from collections.abc import AsyncIterator

import pytest

from dagnet_realtime.relays.address import read_address
from dagnet_realtime.relays.function import FunctionRelay
from dagnet_realtime.relays.signing import subscription
from tests.hub.stage import SHOP
from tests.web.stage import WebStage

PATH = "/api/workspaces/shop/prod/function"


@pytest.fixture
async def published() -> AsyncIterator[WebStage]:
    relay = FunctionRelay(read_address("pusher://k:s@h:6001/4711"), SHOP, b"token key")
    async with WebStage(functions={SHOP: relay}) as stage:
        yield stage


async def test_whoever_may_watch_learns_where_and_how_much_it_can_be_trusted(published: WebStage) -> None:
    """FUN-13: the provider, this moment's channels, the plan that the function should have, and a posture that promises no counts."""
    seat = (await published.client.get(PATH, params={"graph": "checkout"})).json()
    assert seat["public"] == {"kind": "pusher", "key": "k", "host": "h", "port": 6001, "tls": False, "encrypted": False}
    assert [name[:24] for name in seat["channels"]] == ["private-dagnet-function-"]
    assert (seat["posture"]["exact_counts"], seat["posture"]["retention"], seat["posture"]["filtered"]) == (False, 0.0, "browser")
    assert len(seat["plan"]) == 12
    assert (await published.client.get(PATH, params={"graph": "checkout"})).json()["plan"] == seat["plan"]
    assert (await published.client.get(PATH, params={"graph": "another"})).status_code == 404


async def test_subscriptions_are_signed_for_this_moments_channel_and_audited(published: WebStage) -> None:
    """FUN-4, ACC-25: nothing is remembered, so any process can sign."""
    (channel,) = (await published.client.get(PATH, params={"graph": "checkout"})).json()["channels"]
    answer = await published.client.post(PATH, json={"socket_id": "1.2", "channel_name": channel})
    assert answer.json() == {"auth": subscription("k", b"s", "1.2", channel)}
    assert b'"deed":"subscribed"' in published.audited[-1]
    await published.clock.advance(1200)
    assert (await published.client.post(PATH, json={"socket_id": "1.2", "channel_name": channel})).status_code == 403


async def test_nobody_else_learns_or_signs_anything(published: WebStage) -> None:
    """ACC-19, FUN-4: a stranger, a workspace that a server hears, one that is not there, and what cannot be read."""
    asked = {"socket_id": "1.2", "channel_name": "x"}
    assert (await published.stranger.get(PATH, params={"graph": "checkout"})).status_code == 401
    assert (await published.stranger.post(PATH, json=asked)).status_code == 401
    assert (await published.client.get(PATH.replace("prod", "stage"))).status_code == 404
    assert (await published.client.post(PATH, json=asked)).status_code == 403
    assert (await published.client.post(PATH, content=b"[", headers={"content-type": "application/json"})).status_code == 400
    assert (await published.client.post(PATH, content=b"x" * 20_000)).status_code == 413
