"""One Chromium for all browser tests, one Firefox for a few, a fresh context for each."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e.odd import write_graphs
from tests.e2e.road import Road, shop_road, switch_on
from tests.e2e.site import Site, site
from tests.e2e.traces import Stage, staged
from tests.support import chromium, firefox
from tests.support.chromium import SignedIn, signed_in

PATIENCE = 30_000  # milliseconds; a wait that holds costs nothing, and a busy machine must not fail


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser or the whole program."""
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, which can be started once in a process."""
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NODE_OPTIONS", firefox.DRIVER)
        started = sync_playwright().start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, headless."""
    started = chromium.launch(playwright)
    yield started
    started.close()


@pytest.fixture
def fox(playwright: Playwright) -> Iterator[Page]:
    """A page of the machine's Firefox, headless, in which nothing is thrown."""
    started = firefox.launch(playwright)
    page = started.new_page(viewport={"width": 1600, "height": 1000})
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    started.close()
    assert wrong == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of one test."""
    made = browser.new_context(viewport={"width": 1600, "height": 1000})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page whose uncaught errors fail the test at its end."""
    return context.new_page()


@pytest.fixture(scope="session")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for all tests of traces: the sample shop, and beside it graphs of odd shapes."""
    folder = tmp_path_factory.mktemp("traces") / "shop"
    copytree(Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop", folder)
    write_graphs(folder / "graphs")
    with staged(browser, folder) as served:
        yield served


@pytest.fixture(scope="module")
def road() -> Iterator[Road]:
    """A server with the sample shop, for all tests of a file."""
    with shop_road() as served:
        yield served


@pytest.fixture(scope="module")
def signed(road: Road, browser: Browser) -> SignedIn:
    """The one-time link is spent once; its cookie serves every test of a file."""
    return signed_in(browser, road.program.link)


@pytest.fixture(scope="module")
def web() -> Iterator[Site]:
    """A site of another origin, whose pages tests write."""
    with site() as made:
        yield made


@pytest.fixture
def live(page: Page, road: Road, signed: SignedIn) -> Page:
    """A Realtime tab that is On."""
    signed.enter(page.context)
    switch_on(page, road)
    return page
