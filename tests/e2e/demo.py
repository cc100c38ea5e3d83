"""What the tests of the screen share: the demo, signed in, with its visitors walking."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.chromium import SignedIn, signed_in
from tests.support.program import Program, running

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
LOOK = """([rules, targets]) => axe.run(document, {
    resultTypes: ["violations"],
    ...(rules.length > 0 ? {runOnly: rules} : {rules: {"target-size": {enabled: targets}}}),
}).then(found => found.violations.map(one =>
    one.id + ": " + one.nodes.map(node => node.target.join(" ")).slice(0, 3).join(" | ")))"""


class Demo(msgspec.Struct):
    """A running demo and what a browser has that spent its link."""

    program: Program
    signed_in: SignedIn

    def enter(self, context: BrowserContext, query: str = "?shop=0") -> Page:
        """A page that is signed in, by default without the shop, which would send events of its own.

        What it logs as an error, and whom it asks, stand in `page.context` events of the test.
        """
        self.signed_in.enter(context)
        page = context.new_page()
        page.goto(f"{self.program.url}/{query}")
        return page


@contextlib.contextmanager
def demo(browser: Browser) -> Iterator[Demo]:
    """The demo, as a user starts it."""
    with running("demo", "--port", "0", "--no-browser") as program:
        yield Demo(program, signed_in(browser, program.link))


def live(page: Page) -> None:
    """Waits until the page says LIVE."""
    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible()


def visitors(page: Page) -> None:
    """Sees to it that visitors walk and that rows have come."""
    button = page.locator("button.visitors")
    expect(button).to_be_visible()
    if button.inner_text() == "Simulate visitors":
        button.click()
    expect(page.locator(".row-open").nth(5)).to_be_visible()


def faults(page: Page, *rules: str, targets: bool = False, standing: bool = False) -> list[str]:
    """What axe finds in the page as it stands: by every rule that it runs unasked, or by these
    alone; `targets` also measures what is clicked. If the page's time is `standing`, it goes on by
    the few milliseconds that axe waits for.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    page.evaluate(
        f"asked => {{ window.found = null; void ({LOOK})(asked).then(all => window.found = all); }}",
        [rules, targets],
    )
    while (found := page.evaluate("() => window.found")) is None:
        if standing:
            page.clock.run_for(1)
    return list(found)


COUNT = ".strip .figure-cut strong"


def count(page: Page) -> int:
    """Events since On, as the strip says."""
    return int(page.locator(COUNT).first.inner_text().replace(",", ""))


def wait_count(page: Page, least: int) -> None:
    """Waits until the strip says at least so many."""
    page.wait_for_function(
        f"least => Number(document.querySelector('{COUNT}').textContent.replace(',', '')) >= least",
        arg=least,
    )
