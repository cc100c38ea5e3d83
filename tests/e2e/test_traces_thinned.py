"""A trace that was thinned away is followed all the same: what the log holds of it comes, and it is whole from then on."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.road import GRAPH, SAMPLE
from tests.e2e.traces import configured, event, figure, steps, tab

PEOPLE = 40


def found(page: Page, user: str) -> str:
    """Follows a user by their id and answers the token."""
    page.get_by_label("Identifier", exact=True).fill(user)
    page.get_by_label("Identifier", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Following", exact=True)).to_be_visible()
    return page.locator(".trace-name").inner_text()


def test_following_fetches_the_past_and_ends_thinning(
    browser: Browser, context: BrowserContext, tmp_path: Path
) -> None:
    """HUB-16, TRC-28: a thinned trace has its past from the log and all that comes later; edges speak of carried traces."""
    with configured(browser, SAMPLE, tmp_path, "carried_per_second = 5") as stage:
        page = stage.enter(context, GRAPH)
        for name in ("view_item", "add_to_cart"):
            stage.send(*[event(name, f"a{n}", 9, user=f"user-{n}") for n in range(PEOPLE)])
        expect(page.get_by_role("button", name=re.compile("^showing "))).to_be_visible()
        expect(page.locator(".trace-token").first).to_be_visible()
        carried = page.locator(".trace-token").all_inner_texts()
        assert 0 < len(carried) < PEOPLE
        page.get_by_text("Find a person").click()
        who = next(n for n in range(PEOPLE) if found(page, f"user-{n}") not in carried)
        expect(page.locator(".step")).to_have_count(2)
        assert [name for _, name, _ in steps(page)] == ["Product page", "Basket"]
        stage.send(
            *[
                event("begin_checkout", f"a{n}", user=f"user-{n}", method="card")
                for n in range(PEOPLE)
            ]
        )
        expect(page.locator(".step-label").nth(2)).to_have_text("Checkout")
        assert who < PEOPLE
        page.locator(".react-flow__node", has_text="Basket").click()
        page.locator(".way-row", has_text="Product page").click()
        expect(page.get_by_role("tabpanel")).to_contain_text(
            re.compile(r"Of the traces shown, \d+ of \d+ that came to Product page")
        )
        assert 0 < int(figure(page, "traces")) < PEOPLE
        tab(page, "Traces")
        page.locator(".jump-row").first.click()
        expect(page.get_by_role("tabpanel")).to_contain_text("some of these only look unexpected")
        tab(page, "Traces")
        expect(page.get_by_text(re.compile(r"of \d+ shown"))).to_be_visible()
