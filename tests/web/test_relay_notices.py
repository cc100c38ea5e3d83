"""A provider's webhooks."""

from collections.abc import AsyncIterator

import pytest

from dagnet_realtime.web.routes.relay import LARGEST_NOTICE, PATH
from tests.hub.provider import Provider
from tests.hub.stage import SHOP
from tests.web.stage import WebStage

ADDRESS = "/api/workspaces/shop/prod/relay"
SIGNED = {"x-pusher-key": "key", "x-pusher-signature": "good"}


@pytest.fixture
async def relayed() -> AsyncIterator[WebStage]:
    async with WebStage(relays={SHOP: Provider()}) as stage:
        yield stage


async def test_a_signed_notice_needs_no_sign_in(relayed: WebStage) -> None:
    """REL-24: a notice is authenticated by the provider's signature alone."""
    answer = await relayed.stranger.post(ADDRESS, content=b"private-a", headers=SIGNED)
    assert (answer.status_code, answer.json()) == (200, {"success": True})


async def test_what_is_not_signed_is_refused_alike_wherever_it_goes(relayed: WebStage) -> None:
    """REL-24: refusals do not tell which workspaces exist, nor which have a relay."""
    answers = [
        await relayed.stranger.post(
            ADDRESS, content=b"private-a", headers=SIGNED | {"x-pusher-signature": "bad"}
        ),
        await relayed.stranger.post(ADDRESS, content=b"private-a"),
        await relayed.stranger.post(
            "/api/workspaces/shop/dev/relay", content=b"private-a", headers=SIGNED
        ),
        await relayed.stranger.post(
            "/api/workspaces/nobody/prod/relay", content=b"private-a", headers=SIGNED
        ),
        await relayed.client.post(
            "/api/workspaces/nobody/prod/relay", content=b"private-a", headers=SIGNED
        ),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1


async def test_a_notice_that_is_too_large_is_refused_before_it_is_read(relayed: WebStage) -> None:
    """REL-24: a signed notice that is too large is refused too."""
    assert (
        await relayed.stranger.post(ADDRESS, content=b"x" * (LARGEST_NOTICE + 1), headers=SIGNED)
    ).status_code == 413


async def test_nothing_else_there_is_open(relayed: WebStage) -> None:
    """REL-24: only POST on that very path is open."""
    assert (await relayed.stranger.get(ADDRESS)).status_code == 401
    assert (await relayed.stranger.post(ADDRESS + "/more", headers=SIGNED)).status_code == 401
    assert not PATH.fullmatch("/api/workspaces/a/b/c/relay")
