"""What the road tests share: a served sample shop, its credentials, and the counts a person can read in Chromium."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from playwright.sync_api import Page

from tests.support.program import Program, running

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
GRAPH = "uk-checkout-journey"


class Road(msgspec.Struct):
    """A running server on the sample shop and how to send to it."""

    program: Program
    webhook: str
    secret: str
    write_key: str

    @property
    def url(self) -> str:
        """The server's origin."""
        return self.program.url


@contextlib.contextmanager
def shop_road() -> Iterator[Road]:
    """`dagnet-realtime serve --workspace` on the sample, as an operator without a configuration starts it."""
    with running("serve", "--workspace", str(SAMPLE), "--port", "0") as program:
        webhook = program.wait_line(re.compile(r"^Webhook\s+(\S+)"), 30)[1]
        secret = program.wait_line(re.compile(r"secret\s+(\S+)"), 30)[1]
        write_key = program.wait_line(re.compile(r"key\s+(\S+)"), 30)[1]
        yield Road(program, webhook, secret, write_key)


def switch_on(page: Page, road: Road) -> None:
    """Opens the checkout graph, where the browser is signed in, and switches Realtime on."""
    place = f"{SAMPLE.name}%2Flocal%2F{GRAPH}"
    page.goto(f"{road.url}/?graph={place}")
    switch = page.get_by_role("switch", name="Realtime")
    switch.wait_for()
    if switch.get_attribute("aria-checked") != "true":
        switch.click()
    page.get_by_role("button", name=re.compile("^LIVE")).wait_for()


def counts(page: Page) -> dict[str, int]:
    """Since On, per node label, as the text table says them."""
    page.keyboard.press("t")
    rows = page.get_by_role("region", name="Nodes and their traffic").locator("tbody tr")
    rows.first.wait_for()
    read: list[tuple[str, str]] = rows.evaluate_all(
        "rows => rows.map(row => [row.children[0].innerText, row.children[2].innerText])"
    )
    page.keyboard.press("Escape")
    return {label: int(number.replace(",", "")) for label, number in read if number.strip("—– 0")}


def wait_counts(page: Page, expected: dict[str, int], seconds: float = 15) -> dict[str, int]:
    """Polls the table until it says `expected`, then a little longer so that a second lighting would show."""
    deadline = time.monotonic() + seconds
    while (read := counts(page)) != expected and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    page.wait_for_timeout(400)
    return counts(page) if read == expected else read
