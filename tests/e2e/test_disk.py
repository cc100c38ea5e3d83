"""Another HTML file of the same machine, in a folder of its own: it has the origin of the interface that is opened from disk."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dagnet_realtime.cli.ui import WEB, copy
from tests.e2e.demo import wait_count

STRANGER = """<!doctype html><title>Stranger</title><script>
window.heard = [];
const channel = new BroadcastChannel("dagnet-realtime");
channel.onmessage = ({ data }) => { heard.push(data); };
window.addEventListener("message", ({ data }) => { heard.push(data); });
window.hello = (to) => {
  const hello = { dagnet: "dagnet-realtime/1", kind: "hello", page: "stranger", nonce: "n", url: location.href, sdks: [] };
  channel.postMessage(hello);
  to?.postMessage(hello, "*");
  to?.postMessage({ dagnet: "dagnet-realtime/1", kind: "frame", secret: "guessed" }, "*", [new MessageChannel().port2]);
};
window.kept = async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) found.push(`database ${name}`);
  for (const name of Object.keys(localStorage)) found.push(`localStorage ${name}`);
  for (const name of Object.keys(sessionStorage)) found.push(`sessionStorage ${name}`);
  for (const name of await (window.caches?.keys().catch(() => []) ?? [])) found.push(`cache ${name}`);
  return document.cookie ? [...found, "cookie"] : found;
};
</script>"""

HOST = """body * { font-family: cursive; } .stage * { font-family: cursive; }
.react-flow__node { z-index: 2000 !important; }"""

DRAWN = """() => [...document.body.querySelectorAll(".dagnet-realtime *")].map((element) => {
  const { fontFamily, zIndex } = getComputedStyle(element);
  return [element.tagName, element.className, fontFamily, zIndex].join(" ");
})"""

THEMES = """() => Object.fromEntries(["-", "light -", "light dark", "dark light", "dark -",
  "light dark -", "dark light -"].map((themes) => {
    const scope = themes.split(" ").reduce((around, theme) => {
      const inside = around.appendChild(document.createElement("div"));
      if (theme !== "-") inside.dataset.theme = theme;
      return inside;
    }, document.documentElement);
    scope.className = "dagnet-realtime";
    return [themes, getComputedStyle(scope).colorScheme];
  }))"""

FRAME = """address => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.onload = done;
  frame.src = address;
  document.body.append(frame);
})"""


@pytest.fixture
def interface(tmp_path: Path) -> str:
    """What `ui --out` writes."""
    copy(WEB, tmp_path / "ui")
    return (tmp_path / "ui" / "index.html").as_uri()


@pytest.fixture
def stranger(context: BrowserContext, tmp_path: Path) -> Page:
    """A file that was downloaded, and opened."""
    file = tmp_path / "downloads" / "stranger.html"
    file.parent.mkdir()
    file.write_text(STRANGER)
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def sampled(page: Page, address: str) -> None:
    """The interface with the sample and the shop beside it, and clicks in it heard."""
    page.goto(address)
    page.get_by_role("button", name="Open the sample").click()
    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible()
    page.get_by_role("button", name="Shop", exact=True).click()
    page.frame_locator("iframe[title='Sample shop']").get_by_role(
        "link", name="See the collection"
    ).click()
    wait_count(page, 2)


def test_another_file_finds_nothing_and_is_neither_told_nor_answered(
    context: BrowserContext, interface: str, stranger: Page
) -> None:
    """TAP-33, TAP-36: another file sees nothing of the interface, while it collects and after its
    reload.
    """
    page = context.new_page()
    sampled(page, interface)
    stranger.evaluate("hello()")
    assert stranger.evaluate("kept()") == []
    page.reload()
    expect(page.get_by_role("heading", name="Drop a DagNet folder here")).to_be_visible()
    assert stranger.evaluate("kept()") == []
    assert stranger.evaluate("heard") == []


def test_a_file_that_opened_the_interface_or_frames_it_is_not_answered(
    context: BrowserContext, interface: str, stranger: Page
) -> None:
    """TAP-36: a window that it holds is no way in; without the secret of the shop's frame nothing is taken."""
    with context.expect_page() as opened:
        stranger.evaluate("address => { window.held = window.open(address); }", interface)
    sampled(opened.value, interface)
    stranger.evaluate("hello(window.held)")
    stranger.evaluate(FRAME, interface)
    framed = stranger.frames[-1]
    expect(framed.get_by_role("heading", name="Drop a DagNet folder here")).to_be_visible()
    stranger.evaluate("hello(frames[0])")
    # Everything posted before has been delivered when a message posted after it has.
    stranger.evaluate(
        "new Promise((done) => { addEventListener('message', done, { once: true }); postMessage('over', '*'); })"
    )
    assert stranger.evaluate("heard") == ["over"]


def test_asked_to_keep_it_does_and_taken_back_it_removes_all(
    context: BrowserContext, interface: str, stranger: Page
) -> None:
    """TAP-33: the control says who could read it, in the graph's menu as on the first screen."""
    page = context.new_page()
    sampled(page, interface)
    menu = page.get_by_role("button", name=re.compile("^Graph:"))
    choice = page.get_by_role(
        "menuitemcheckbox",
        name=re.compile("Keep it in this browser.*any other HTML file", re.IGNORECASE),
    )
    menu.click()
    expect(choice).not_to_be_checked()
    choice.click()
    menu.click()
    expect(choice).to_be_checked()
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible()
    assert "database dagnet-realtime" in stranger.evaluate("kept()")
    menu.click()
    expect(choice).to_be_checked()
    choice.click()
    menu.click()
    expect(choice).not_to_be_checked()
    page.reload()
    expect(page.get_by_role("heading", name="Drop a DagNet folder here")).to_be_visible()
    assert stranger.evaluate("kept()") == []


def test_the_page_around_changes_no_font_and_no_layer(page: Page, interface: str) -> None:
    """PIC-72: a host's sheet for all elements, and for nodes of React Flow, changes nothing."""
    page.goto(interface)
    page.get_by_role("button", name="Open the sample").click()
    page.get_by_role("button", name=re.compile("^LIVE")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    before = page.evaluate(DRAWN)
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [sheet]; }",
        HOST,
    )
    assert page.evaluate(DRAWN) == before
    assert sum("react-flow__node" in line for line in before) > 3
    assert any("Geist Mono" in line for line in before)


def test_a_scope_has_its_own_theme_or_the_nearest_around_it(page: Page, interface: str) -> None:
    """PIC-72: `data-theme` counts on the element with the class, else on the nearest around it."""
    page.goto(interface)
    expect(page.locator("html[data-theme]")).to_have_count(1)
    page.evaluate("delete document.documentElement.dataset.theme")
    assert page.evaluate(THEMES) == {
        "-": "dark",
        "light -": "light",
        "light dark": "dark",
        "dark light": "light",
        "dark -": "dark",
        "light dark -": "dark",
        "dark light -": "light",
    }
