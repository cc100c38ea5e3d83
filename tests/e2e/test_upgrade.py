"""A page stays open while the server behind its address is replaced by one of another version,
and back.
"""

import re
from collections.abc import Mapping

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.opened import open_page, tapped
from tests.e2e.opened import track as called
from tests.e2e.road import Road, switch_on, wait_counts
from tests.e2e.site import site
from tests.public import old
from tests.public.place import SAMPLE, delivery, track
from tests.support.program import running
from tests.support.redis import redis_server
from tests.support.sockets import free_port

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the old program, whose page is built."""
    folder = tmp_path_factory.mktemp("old")
    environ = old.program(folder)
    old.interface(folder)
    return environ


def sent(road: Road, number: int) -> None:
    """One event."""
    body, headers = delivery(track(str(number), "view_item"), secret=road.secret.encode())
    assert (
        httpx.post(road.webhook, content=body, headers=headers, trust_env=False).status_code == 200
    )


@pytest.mark.parametrize("upgrade", [True, False], ids=["upgrade", "the way back"])
def test_an_open_page_goes_on_with_a_server_of_another_version(
    page: Page, before: dict[str, str], tmp_path_factory: pytest.TempPathFactory, *, upgrade: bool
) -> None:
    """OPS-21: signed in, in its session, with what it has shown, its tapped page and its reload;
    nothing is lost or shown twice.
    """
    state = {"DAGNET_REALTIME_STATE_DIR": str(tmp_path_factory.mktemp("state") / "state")}
    versions: list[Mapping[str, str]] = [before, {}] if upgrade else [{}, before]
    port = free_port()
    with redis_server() as redis, site() as web:
        serve = ("serve", "--workspace", str(SAMPLE), "--port", str(port), "--log", redis.url)
        for turn, version in enumerate(versions):
            with running(*serve, environ={**state, **version}) as program:
                webhook = program.wait_line(re.compile(r"^Webhook\s+(\S+)"), 30)[1]
                secret = program.wait_line(re.compile(r"secret\s+(\S+)"), 30)[1]
                road = Road(program, webhook, secret, "")
                if turn == 0:
                    page.goto(program.link)
                    switch_on(page, road)
                    built = page.evaluate("document.querySelector('script[src]').src")
                    shop = open_page(page, tapped(web, road))
                else:
                    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible(
                        timeout=60_000
                    )
                sent(road, 1)
                sent(road, 10 + turn)
                called(shop, "add_to_cart")
                expected = {"Product page": 2 + turn, "Basket": 1 + turn}
                assert wait_counts(page, expected, 60) == expected
                if turn == 1:
                    assert page.evaluate("document.querySelector('script[src]').src") == built, (
                        "still the page of before"
                    )
                    page.reload()
                    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible(
                        timeout=60_000
                    )
                    assert page.evaluate("document.querySelector('script[src]').src") != built
                    sent(road, 20)
                    called(shop, "add_to_cart")
                    expected = {"Product page": 4, "Basket": 3}
                    assert wait_counts(page, expected, 60) == expected
