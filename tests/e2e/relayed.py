"""What the tests of the provider's road share: the program with a relay, its page, and what the page says of the road."""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.chromium import SignedIn, signed_in
from tests.support.program import Program, running
from tests.support.server import SAMPLE

CONFIG = """
[server]
port = 0

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
relay = "{relay}"

[[workspace.source]]
id = "web"
kind = "webhook"
allow_unsigned = true
"""


class Shop:
    """The program with a relay, and what a browser has that may watch."""

    def __init__(self, program: Program, signed: SignedIn) -> None:
        self.program = program
        self.signed_in = signed
        self._sent = 0

    def enter(self, context: BrowserContext, *, clock: bool = False) -> Page:
        """A page that is On; with `clock` its time can be moved on."""
        self.signed_in.enter(context)
        page = context.new_page()
        if clock:
            page.clock.install()
        page.goto(self.program.url)
        page.get_by_role("switch").click()
        return page

    def send(self, number: int) -> None:
        """Sends a number of events, one delivery each, as Segment does."""
        with httpx.Client(base_url=self.program.url, trust_env=False) as client:
            for _ in range(number):
                self._sent += 1
                event = {
                    "type": "track",
                    "messageId": f"m{self._sent}",
                    "event": "view_item",
                    "anonymousId": f"p{self._sent}",
                }
                event["timestamp"] = "2026-01-02T03:04:05.678Z"
                assert (
                    client.post("/segment/webhook/web", content=json.dumps(event)).status_code
                    == 200
                )


@contextlib.contextmanager
def shops(browser: Browser, folder: Path, relay: str) -> Iterator[Shop]:
    """A shop whose frames go through the provider at `relay`."""
    file = folder / "realtime.toml"
    file.write_text(CONFIG.format(path=SAMPLE, relay=relay))
    with running("serve", "--config", str(file)) as program:
        yield Shop(program, signed_in(browser, program.link))


def by_provider(page: Page) -> None:
    """Waits until the page says that a provider brings the frames."""
    expect(page.get_by_role("button", name=re.compile("^LIVE.*provider"))).to_be_visible(
        timeout=60_000
    )


def by_poll(page: Page) -> None:
    """Waits until the page says that it polls."""
    expect(page.get_by_role("button", name=re.compile("^LIVE.*poll"))).to_be_visible(timeout=60_000)
