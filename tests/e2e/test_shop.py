"""The sample shop beside the graph: Segment's real SDK in a real Chromium, both lanes on, against the running demo."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.e2e.demo import COUNT, Demo, demo, faults, live, wait_count

METRICS = """async url => (await fetch(url, {headers: {"x-realtime-page": localStorage.getItem("dagnet-realtime-page")}})).text()"""
TAKEN = re.compile(
    r'dagnet_realtime_events_total\{[^}]*outcome="taken"[^}]*source="tracking"[^}]*\} ([0-9.]+)'
)
PAGES = (
    "/",
    "/list",
    "/list/home",
    "/search?q=mug",
    "/search?q=zzz",
    "/product/fell-mug",
    "/wishlist",
    "/stores",
    "/letter",
    "/inbox",
    "/nowhere",
)
PAYING = ("/basket", "/checkout", "/express/apple_pay")


@pytest.fixture(scope="module")
def served(browser: Browser) -> Iterator[Demo]:
    with demo(browser) as running:
        yield running


@pytest.fixture
def page(context: BrowserContext, served: Demo) -> Page:
    """The demo as its link shows it: the graph beside the shop, On, with the shop's first event."""
    entered = served.enter(context, "")
    live(entered)
    wait_count(entered, 1)
    return entered


def shop(page: Page) -> FrameLocator:
    """The shop in its frame."""
    return page.frame_locator("iframe[title='Sample shop']")


def dark(page: Page) -> list[str]:
    """The labels of nodes that could light and have not."""
    page.get_by_role("button", name=re.compile("^Coverage")).click()
    nodes = page.get_by_role("list", name="Nodes not seen yet")
    expect(nodes).to_be_visible()
    return nodes.get_by_role("listitem").all_inner_texts()


def tracked(page: Page, url: str) -> float:
    """Events that the tracking source has taken, as the server itself counts them."""
    found = TAKEN.search(page.evaluate(METRICS, f"{url}/metrics"))
    return float(found[1]) if found else 0.0


def test_every_click_lights_its_node_once(page: Page, served: Demo) -> None:
    """ENG-3: over a whole visit with both transports each event counts once; nodes not done,
    misnamed or forgotten stay dark.
    """
    before = tracked(page, served.program.url) - 1
    at = shop(page)
    at.get_by_role("link", name="See the collection").click()
    at.get_by_role("searchbox", name="Search the shop").fill("mug")
    at.get_by_role("searchbox", name="Search the shop").press("Enter")
    at.get_by_role("link", name="Fell mug").click()
    at.get_by_role("button", name="Add to wishlist").click()
    at.get_by_role("button", name="Add to basket").click()
    at.get_by_role("link", name="See your basket").click()
    at.get_by_role("link", name="Check out with a card").click()
    at.get_by_role("link", name="Basket, 1").click()
    at.get_by_role("link", name="Apple Pay").click()
    at.get_by_role("button", name="Pay £22.50").click()
    expect(at.get_by_role("heading", name="Thank you, it is yours")).to_be_visible()
    at.get_by_role("link", name="Stores").click()
    at.get_by_role("button", name="Find shops").click()
    wait_count(page, 9)
    for _ in range(100):
        if tracked(page, served.program.url) - before >= 9:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(1_200)
    assert (tracked(page, served.program.url) - before, page.locator(COUNT).first.inner_text()) == (
        9,
        "9",
    )
    assert dark(page) == ["Email click", "Basket", "Wishlist"]


def test_the_misnamed_event_is_unmapped_and_the_forgotten_one_is_not_there(page: Page) -> None:
    """PIC-60: “Add To Cart” lights nothing and is shown beside the name that the graph listens for; the wishlist emits nothing."""
    at = shop(page)
    at.get_by_role("link", name="Fell mug").click()
    wait_count(page, 2)
    at.get_by_role("button", name="Add to wishlist").click()
    at.get_by_role("button", name="Add to basket").click()
    wait_count(page, 3)
    expect(page.locator(".row-node").first).to_have_text("Unmapped")
    expect(page.locator(".row-open").first).to_have_text("Add To Cart")
    page.get_by_role("tab", name=re.compile("^Unmapped")).click()
    panel = page.get_by_role("tabpanel", name=re.compile("^Unmapped"))
    expect(panel).to_contain_text("Add To Cart")
    expect(panel).to_contain_text("add_to_cart")
    assert page.locator(COUNT).first.inner_text() == "3"


def test_the_split_moves_and_is_remembered(page: Page) -> None:
    """PIC-47, PIC-60: the split moves by pointer and by keys; a button puts the shop away and
    brings it back.
    """
    frame = page.get_by_role("complementary", name="Sample shop")
    edge = page.get_by_role("separator", name="Width of the shop")
    first = frame.bounding_box()
    box = edge.bounding_box()
    assert first is not None
    assert box is not None
    page.mouse.move(box["x"] + 4, 500)
    page.mouse.down()
    page.mouse.move(box["x"] + 84, 500, steps=4)
    page.mouse.up()
    wider = frame.bounding_box()
    assert wider is not None
    assert abs(wider["width"] - first["width"] - 80) <= 2
    edge.press("ArrowRight")
    page.reload()
    live(page)
    kept = frame.bounding_box()
    assert kept is not None
    assert abs(kept["width"] - wider["width"] - 16) <= 1
    page.get_by_role("button", name="Shop", exact=True).click()
    expect(frame).to_have_count(0)
    page.reload()
    live(page)
    expect(frame).to_have_count(0)
    page.get_by_role("button", name="Shop", exact=True).click()
    expect(shop(page).get_by_role("heading", level=1)).to_be_visible()


def test_the_shop_wears_the_graphs_theme(page: Page) -> None:
    """PIC-60: the shop has the graph's theme, and changes it without a reload."""
    at = shop(page)
    at.get_by_role("link", name="Stores").click()
    for _ in range(2):
        theme = page.evaluate("document.documentElement.dataset.theme")
        expect(at.locator(f"html[data-theme={theme}]")).to_have_count(1)
        page.get_by_role("button", name=re.compile("theme$")).click()
    expect(at.get_by_role("heading", name="Find a shop")).to_be_visible()


def test_no_other_server_is_asked_and_no_policy_is_broken(
    context: BrowserContext, served: Demo
) -> None:
    """ACC-61: the SDK asks this server alone, and neither page is refused anything by its policy."""
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    entered = served.enter(context, "")
    live(entered)
    at = shop(entered)
    at.get_by_role("link", name="Letter").click()
    at.get_by_role("button", name="Sign up").click()
    at.get_by_role("button", name="See what is for the room").click()
    wait_count(entered, 5)
    strangers = [url for url in asked if not url.startswith((served.program.url, "blob:", "data:"))]
    assert (strangers, [line for line in said if line.startswith(("error", "warning"))]) == ([], [])
    assert any(url.endswith("/v1/t") for url in asked)


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        *(pytest.param(*one, marks=pytest.mark.proof) for one in ((420, "light"), (1280, "dark"))),
        (360, "dark"),
        (1280, "light"),
    ],
)
def test_axe_finds_nothing_on_any_page_of_the_shop(
    browser: Browser, served: Demo, width: int, theme: str
) -> None:
    """PIC-26: wide and narrow, in both themes, axe finds nothing and nothing is cut off."""
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    served.signed_in.enter(context)
    opened = context.new_page()
    found = {}
    for path in (*PAGES, *PAYING):
        opened.goto(f"{served.program.url}/shop/?theme={theme}#{path}")
        if path == "/product/fell-mug":
            opened.get_by_role("button", name="Add to basket").click()
        expect(opened.get_by_role("heading", level=1)).to_be_visible()
        found[path] = faults(opened)
        if opened.evaluate("document.documentElement.scrollWidth") > width:
            found[path].append("the page scrolls sideways")
    assert {path: rules for path, rules in found.items() if rules} == {}
    context.close()


def test_the_shop_works_from_the_keyboard(context: BrowserContext, served: Demo) -> None:
    """PIC-26: focus follows where a visitor goes, and stays where a button was pressed."""
    served.signed_in.enter(context)
    opened = context.new_page()
    opened.goto(f"{served.program.url}/shop/")
    opened.get_by_role("link", name="Shop", exact=True).press("Enter")
    expect(opened.get_by_role("heading", name="The collection")).to_be_focused()
    opened.get_by_role("link", name=re.compile("^Fell mug")).focus()
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", name="Fell mug")).to_be_focused()
    opened.get_by_role("button", name="Add to basket").focus()
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("status").first).to_have_text("Fell mug is in your basket.")
    expect(opened.get_by_role("button", name="Add to basket")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("link", name="Basket, 2")).to_be_visible()
