"""The client in a host's own editor, on DagNet's versions: its own nodes light, and nothing else of it changes."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dagnet_realtime.pusher_auth import PusherAuth
from dagnet_realtime.relays.signing import request_query
from tests.e2e.extended import built_extension, extended, press
from tests.e2e.hidden import an_hour_hidden
from tests.e2e.hosted import UUID, WORKSPACE, BackEnd, address, build, serving
from tests.e2e.site import load_npm, site
from tests.support import function
from tests.support.program import Program, running
from tests.support.soketi import APP_ID, KEY, SECRET, Soketi, soketi

LOG = Path(__file__).parents[1] / "public/recorded/session.ndjson"

LIT = """() => {
  const canvas = document.querySelector("canvas[data-dagnet-realtime]");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let lit = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 20) lit += 1;
  return lit;
}"""
"""How many pixels of the layer have light."""

INSIDE = """uuid => {
  const canvas = document.querySelector("canvas[data-dagnet-realtime]");
  const [box, whole] = [document.querySelector(`[data-uuid="${uuid}"]`), canvas].map(one => one.getBoundingClientRect());
  const ratio = canvas.width / whole.width;
  const [x, y] = [(box.x - whole.x + 6) * ratio, (box.y - whole.y + 6) * ratio];
  const {data} = canvas.getContext("2d").getImageData(x, y, (box.width - 12) * ratio, (box.height - 12) * ratio);
  return data.some((value, i) => i % 4 === 3 && value > 20);
}"""
"""Whether light lies on a node rather than around it."""

STYLES = """() => {
  const found = {};
  for (const element of document.querySelectorAll("html, body, .dock-layout, .dock-layout *:not(.bar-space *)")) {
    if (element.closest("[data-dagnet-realtime]")) continue;
    const path = [];
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const beside = [...(one.parentElement?.children ?? [])].filter(other => !other.matches("[data-dagnet-realtime]"));
      path.push(`${one.tagName}${beside.indexOf(one)}`);
    }
    const style = getComputedStyle(element);
    found[path.reverse().join(">")] = Object.fromEntries([...style].map(name => [name, style.getPropertyValue(name)]));
  }
  return JSON.stringify(found);
}"""
"""The computed style of every element of the host, by its place, as one text, which is quick to hand over."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host, built with the packed tarball, at an origin of its own."""
    with serving(build(tmp_path_factory.mktemp("host"))) as origin:
        yield origin


CONFIG = """
[server]
port = 0
origins = ["{origin}"]

[[workspace]]
id = "host"
env = "prod"
path = "{path}"
{more}

[[workspace.source]]
id = "web"
kind = "webhook"
allow_unsigned = true
"""


class Watched:
    """A server of the host's own graph, which the host may watch."""

    def __init__(self, program: Program, key: str) -> None:
        self.url = program.url
        self.headers = {"authorization": f"Bearer {key}"}
        self._sent = 0

    def source(self, **more: object) -> dict[str, object]:
        """The server as the host's source, with a token for one viewer."""
        parts = {"url": self.url, "workspace": "host", "env": "prod", "token": self.token()}
        return {"kind": "server", **parts, **more}

    def token(self, seconds: int = 300) -> str:
        """A token for one viewer, as the host's back end fetches it."""
        body = {"workspace": "host", "env": "prod", "viewer": "u-1", "role": "follow"}
        return str(self._ask("POST", "/api/viewer-tokens", body | {"seconds": seconds})["token"])

    def graph(self) -> Any:
        """The graph as the server reads it."""
        return self._ask("GET", "/api/workspaces/host/prod/graphs/checkout")

    def send(self, *names: str, person: str = "p1") -> None:
        """One delivery for each event, as Segment sends them."""
        for name in names:
            self._sent += 1
            event = {"type": "track", "messageId": f"m{self._sent}", "event": name}
            event |= {"anonymousId": person, "timestamp": f"2026-01-02T03:04:{self._sent:02}.000Z"}
            self._ask("POST", "/segment/webhook/web", event)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = httpx.request(
            method, self.url + path, json=body, headers=self.headers, trust_env=False, timeout=30
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@contextmanager
def watching(origin: str, folder: Path, more: str = "") -> Iterator[Watched]:
    """The server, on a free port; `more` are lines of its workspace's configuration."""
    config = folder / "realtime.toml"
    config.write_text(CONFIG.format(origin=origin, path=WORKSPACE, more=more))
    environ = {"DAGNET_REALTIME_STATE_DIR": str(folder / "state")}
    key = folder / "key"
    arguments = ("serve", "--config", str(config), "--key-file", str(key))
    with running(*arguments, environ=environ) as program:
        yield Watched(program, key.read_text().strip())


@pytest.fixture(scope="module")
def watched(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A server that pushes."""
    with watching(host, tmp_path_factory.mktemp("server")) as served:
        yield served


def opened(page: Page, origin: str, **source: object) -> None:
    """The editor, On and live."""
    page.goto(address(origin, **source))
    expect(page.locator(".square")).to_have_count(8)
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("status")).to_have_text("Realtime · live")


def expect_counts(page: Page, **counts: int) -> None:
    """The numbers on the host's own nodes; those that are not named show none."""
    for id, uuid in UUID.items():
        badge = page.locator(f'[data-uuid="{uuid}"] .square-badge')
        expect(badge).to_have_text(str(counts[id]) if counts.get(id) else "")


def box(page: Page, id: str) -> dict[str, float]:
    """Where a node of the host stands."""
    found: Any = page.locator(f'[data-uuid="{UUID[id]}"]').bounding_box()
    assert found
    return dict(found)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page in which nothing is thrown, and whose content security policy nothing breaks."""
    made = context.new_page()
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on(
        "console",
        lambda said: (
            wrong.append(said.text)
            if said.type == "error" and not said.location["url"].endswith("/favicon.ico")
            else None
        ),
    )
    yield made
    assert wrong == []


@pytest.mark.parametrize("transport", ["push", "poll"])
def test_a_servers_events_light_the_hosts_own_nodes(
    page: Page, host: str, watched: Watched, transport: str
) -> None:
    """EMB-42, EMB-30: counts are right, light is around outlines and never inside, and a drag loses
    nothing.
    """
    opened(page, host, **watched.source(transport=transport))
    assert page.evaluate(LIT) == 0
    watched.send(
        "Page Viewed", "Product Viewed", "Product Added", "Product Viewed", person=transport
    )
    watched.send("Nothing Known")
    expect_counts(page, landing=1, product=2, basket=1)
    page.wait_for_function(f"() => ({LIT})() > 500")
    assert not page.evaluate(INSIDE, UUID["product"])
    if transport == "poll":
        return
    before = box(page, "product")
    page.mouse.move(before["x"] + 20, before["y"] + 20)
    page.mouse.down()
    page.mouse.move(before["x"] + 60, before["y"] - 60, steps=6)
    page.mouse.up()
    assert box(page, "product")["y"] < before["y"] - 40
    watched.send("Product Viewed", person=transport)
    expect_counts(page, landing=1, product=3, basket=1)
    assert not page.evaluate(INSIDE, UUID["product"])
    page.get_by_role("button", name="Follow the newest").click()
    expect(page.get_by_text("1 followed")).to_be_visible()
    page.get_by_role("button", name="Remove Help").click()
    expect(page.locator(".square")).to_have_count(7)
    watched.send("Help Opened", "Page Viewed", person=transport)
    expect(page.locator(f'[data-uuid="{UUID["landing"]}"] .square-badge')).to_have_text("2")
    page.evaluate("mountAgain()")
    expect(page.get_by_role("status")).to_have_text("Realtime · off")
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("status")).to_have_text("Realtime · live")
    watched.send("Page Viewed", person=transport)
    expect(page.locator(f'[data-uuid="{UUID["landing"]}"] .square-badge')).to_have_text("1")
    assert page.evaluate("sessions.filter(({state}) => state.phase !== 'off').length") == 1


def bare(page: Page, origin: str, theme: str) -> dict[str, dict[str, str]]:
    """The computed styles of the editor without the client."""
    page.goto(f"{origin}/bare.html#{theme}")
    expect(page.locator(".react-flow__edge")).to_have_count(9)
    page.mouse.move(2, 300)
    return settled(page)


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.proof)])
def test_nothing_else_of_the_host_changes(page: Page, host: str, theme: str) -> None:
    """EMB-42: no computed style of its elements changes with the client, On, or after Off."""
    without = bare(page, host, theme)
    page.goto(f"{address(host, kind='page')}#{theme}")
    expect(page.locator(".react-flow__edge")).to_have_count(9)
    assert differences(without, settled(page)) == []
    for word in ("live", "off"):
        page.get_by_role("switch", name="Realtime").click()
        page.mouse.move(2, 300)
        expect(page.get_by_role("status")).to_have_text(f"Realtime · {word}")
        assert differences(without, settled(page)) == []


def test_the_picture_shows_the_graph_in_a_host(page: Page, host: str, watched: Watched) -> None:
    """EMB-42: beside the host's React Flow 11 the picture's 12 is arranged in its worker and lit;
    no computed style of the host changes.
    """
    without = bare(page, host, "dark")
    workers: list[str] = []
    page.on("worker", lambda worker: workers.append(worker.url))
    page.goto(f"{address(host, 'picture', **watched.source())}#dark")
    cards = page.locator("#beside .dr-card")
    expect(cards).to_have_count(8)
    boxes = [card.bounding_box() for card in cards.all()]
    assert len({(box["x"], box["y"]) for box in boxes if box}) == 8
    assert len(workers) == 1
    expect(page.locator(".react-flow__edge")).to_have_count(9)
    assert differences(without, settled(page)) == []
    expect(page.locator("[data-realtime]")).to_have_text("Realtime · live")
    watched.send("Page Viewed", "Product Viewed", "Product Viewed", person="picture")
    lit = page.locator("#beside .dr-card[data-seen='lit']")
    expect(lit).to_have_count(2)
    assert {card.get_attribute("data-node") for card in lit.all()} == {
        UUID["landing"],
        UUID["product"],
    }
    page.wait_for_function(f"() => ({LIT.replace('[data-dagnet-realtime]', '.dr-light')})() > 500")
    assert differences(without, settled(page)) == []


def settled(page: Page) -> dict[str, dict[str, str]]:
    """The computed styles, once two readings in turn are the same."""
    before = ""
    while (now := page.evaluate(STYLES)) != before:
        before = now
    return dict(json.loads(before))


def differences(a: dict[str, dict[str, str]], b: dict[str, dict[str, str]]) -> list[str]:
    """What differs, in words."""
    missing = sorted(a.keys() ^ b.keys())
    return missing + [
        f"{place} {name}: {a[place][name]} became {b[place].get(name)}"
        for place in a.keys() & b.keys()
        for name in a[place]
        if a[place][name] != b[place].get(name)
    ]


def test_a_providers_envelopes_light_them(page: Page, host: str) -> None:
    """EMB-42: events of a real provider's private channel light nodes; the host's back end signs
    the subscription.
    """
    with soketi() as provider:
        channel = "private-prod-segment-events"
        parts = {"key": KEY, "host": "127.0.0.1", "port": provider.port, "channel": channel}
        opened(page, host, kind="pusher", auth=f"{host}/auth", **parts)
        for number, name in enumerate(["Page Viewed", "Page Viewed", "Order Completed"]):
            envelope = {"event_name": name, "occurred_at": "2026-02-03T10:00:00Z"}
            publish(provider, channel, envelope | {"message_id": f"m{number}", "trace_id": "t1"})
        expect_counts(page, landing=2, purchase=1)
        publish(provider, channel, {"other": "words"})
        expect_counts(page, landing=2, purchase=1)


def publish(provider: Soketi, channel: str, envelope: dict[str, str]) -> None:
    """One message on the channel, as a function of the host's publishes it."""
    message = {"name": "event", "channel": channel, "data": json.dumps(envelope)}
    body = json.dumps(message).encode()
    path = f"/apps/{APP_ID}/events"
    query = request_query(KEY, SECRET.encode(), "POST", path, body, int(time.time()))
    url = f"http://127.0.0.1:{provider.port}{path}?{query}"
    headers = {"content-type": "application/json"}
    assert httpx.post(url, content=body, headers=headers, trust_env=False).is_success


def test_calls_of_its_own_page_light_them(page: Page, host: str) -> None:
    """EMB-42: those of Segment's own SDK that stands in the host."""
    call_of_page(page, host)


def call_of_page(page: Page, host: str) -> None:
    """On in a page with Segment's SDK, whose calls light the nodes."""
    page.goto(address(host, kind="page"))
    page.add_script_tag(url=f"{host}/sdk.js")
    page.evaluate(
        """origin => {
          window.analytics = AnalyticsNext.AnalyticsBrowser.load(
            {writeKey: "k", cdnSettings: {integrations: {"Segment.io": {apiKey: "k"}}}},
            {integrations: {"Segment.io": {apiHost: origin.slice(7) + "/v1", protocol: "http"}}});
        }""",
        host,
    )
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("status")).to_have_text("Realtime · live")
    page.evaluate("analytics.track('Product Viewed')")
    page.evaluate("analytics.track('Products Searched')")
    expect_counts(page, product=1, search=1)


@pytest.mark.proof
def test_they_light_in_firefox(fox: Page, host: str, watched: Watched) -> None:
    """EMB-42: in Firefox a server's push and calls of its page light nodes, and Off
    darkens them.
    """
    opened(fox, host, **watched.source(transport="push"))
    watched.send("Page Viewed", "Product Viewed", "Product Viewed", person="fox")
    expect_counts(fox, landing=1, product=2)
    fox.wait_for_function(f"() => ({LIT})() > 500")
    assert not fox.evaluate(INSIDE, UUID["product"])
    fox.get_by_role("switch", name="Realtime").click()
    expect(fox.get_by_role("status")).to_have_text("Realtime · off")
    fox.wait_for_function(f"() => ({LIT})() === 0")
    call_of_page(fox, host)


@pytest.mark.proof
def test_a_server_lights_them_through_its_relay(page: Page, host: str, tmp_path: Path) -> None:
    """EMB-10, EMB-42: over a real provider from another origin, no event is lost or counted twice
    while tokens lapse.
    """
    streams: list[str] = []
    page.on("request", lambda sent: streams.append(sent.url) if "/stream" in sent.url else None)
    with soketi() as provider, watching(host, tmp_path, f'relay = "{provider.url}"') as relayed:
        minted: list[str] = []

        def mint() -> str:
            minted.append(relayed.token(seconds=4))
            return minted[-1]

        page.expose_function("freshToken", mint)
        opened(page, host, **relayed.source())
        by_provider = "() => sessions.some(({state}) => state.transport === 'provider')"
        page.wait_for_function(by_provider)
        sent = 0
        while len(minted) < 4:
            relayed.send("Page Viewed", person="relay")
            sent += 1
            expect_counts(page, landing=sent)
        page.wait_for_function(by_provider)
        state = page.evaluate("sessions.find(({state}) => state.phase === 'on').state")
        assert state["why"] == ""
        assert state["ledger"]["balances"]
        assert state["ledger"]["duplicates"] == 0
        assert state["ledger"]["missed"]["exact"] == state["ledger"]["missed"]["unknown"] == 0
        assert streams == []


@pytest.mark.proof
def test_an_hour_in_a_hidden_tab(page: Page, host: str, watched: Watched) -> None:
    """EMB-42: counts are exact, it asks once a minute and draws nothing; shown again, nothing bursts out."""
    page.clock.install()
    opened(page, host, **watched.source(transport="push"))
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    names = ("Page Viewed", "Product Viewed", "Nothing Known")

    def visit(minute: int) -> None:
        watched.send(*names, person=f"hidden-{minute}")

    visits = an_hour_hidden(page, visit)
    expect_counts(page, landing=visits, product=visits)
    assert page.evaluate(LIT) == 0
    state = page.evaluate("sessions.find(({state}) => state.phase === 'on').state")
    assert state["counts"]["total"] == visits * len(names)
    assert state["ledger"]["balances"]
    assert state["ledger"]["missed"]["exact"] == state["ledger"]["missed"]["unknown"] == 0
    assert state["transport"] == "push"
    visit(60)
    page.clock.resume()
    expect_counts(page, landing=visits + 1, product=visits + 1)
    page.wait_for_function(f"() => ({LIT})() > 500")


def test_a_saved_log_lights_them(page: Page, host: str, watched: Watched) -> None:
    """EMB-42: a saved log lights nodes as it plays, by its own clock."""
    graph = watched.graph()
    at = 1_767_323_045_000
    event: dict[str, Any] = {
        "id": "e1",
        "type": "track",
        "name": "Checkout Started",
        "source": "web",
    }
    event |= {"occurred_at": "2026-01-02T03:04:05.000Z", "arrived_at": "2026-01-02T03:04:05.000Z"}
    event |= {"segment_received_at": None, "traces": [], "properties": {}, "flags": []}
    ledger = {"offered": 3, "lit": 3, "unmapped": 0, "filtered": 0, "missed": 0}
    ledger |= {"carried": 1, "thinned": 2, "sampled_out": 0, "forgotten": 0}
    header = json.loads(LOG.read_text().splitlines()[0])
    header |= {"graph": "checkout", "graph_version": graph["version"], "definition": graph}
    node = UUID["checkout"]
    batch = {"at": at, "op": "batch", "from": "e.0", "position": "e.3", "counts": {node: 3}}
    batch |= {"unmapped": {}, "other": 0, "threshold": 1, "ledger": ledger}
    batch["events"] = [event | {"nodes": [node]}]
    lines = "\n".join(json.dumps(line) for line in (header, batch)) + "\n"
    page.add_init_script(f"window.sessionLog = {json.dumps(lines)}")
    page.goto(address(host, kind="log"))
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("status")).to_have_text("Realtime · replay")
    expect_counts(page, checkout=3)


OURS = """() => JSON.stringify([...document.querySelectorAll(".dr-host, .dr-host *:not(svg *)")].map(element => {
  const style = getComputedStyle(element);
  const names = [...style].filter(name => !name.startsWith("--") && !/^(perspective|transform)-origin$/.test(name));
  return [element.tagName + "." + element.getAttribute("class"), ...names.map(name => `${name}: ${style.getPropertyValue(name)}`)];
}))"""
"""The computed style of all that is ours, drawings' insides left out."""

HOSTILE = """() => {
  const sheet = new CSSStyleSheet();
  const ours = ":where(.dr-host, .dr-host *)";
  sheet.replaceSync(`
    body *${ours} { font-family: "Comic Sans MS"; font-size: 30px; line-height: 3; letter-spacing: 4px; text-transform: uppercase; text-align: right; color: green;
      margin: 9px; padding: 9px; border: 3px solid red; background: pink; min-height: 70px; box-sizing: content-box; float: left; opacity: 0.5; }
    .dock-layout *${ours} { font-family: "Comic Sans MS"; font-weight: 900; text-indent: 20px; white-space: pre; word-spacing: 9px; list-style: square; border-radius: 12px; box-shadow: 0 0 9px red; }
    .dock-layout button${ours}, .dock-layout input${ours} { all: unset; width: 100%; }
    .dock-layout svg${ours} { display: block; width: 100%; height: auto; fill: red; }
    .dock-layout ul${ours} { padding-left: 40px; }
    h2${ours}, h3${ours} { font-size: 50px; }
  `);
  document.adoptedStyleSheets = [sheet];
}"""
"""What a host may say of every element, at the weight of one class and an element; of its own
elements it says nothing, so that what stands around ours does not move."""


def steady(page: Page, script: str) -> str:
    """What a script gives, once two readings in turn are the same."""
    before = ""
    while (now := page.evaluate(script)) != before:
        before = now
    return now


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.proof)])
def test_bar_and_panel_stand_in_the_host(
    page: Page, host: str, watched: Watched, theme: str
) -> None:
    """EMB-35, EMB-42, PIC-72: they work, neither styles the host nor are styled by it."""
    page.goto(f"{host}/bare.html?panel#{theme}")
    expect(page.locator(".react-flow__edge")).to_have_count(9)
    page.mouse.move(2, 300)
    bare = settled(page)
    page.goto(f"{address(host, **watched.source())}&panel#{theme}")
    expect(page.locator(".react-flow__edge")).to_have_count(9)
    assert differences(bare, settled(page)) == []
    bar = page.locator(".dr-bar")
    bar.get_by_role("switch", name="Realtime").focus()
    page.keyboard.press("Enter")  # React Flow takes Space for itself
    expect(bar.get_by_role("button", name="Realtime · live")).to_be_visible()
    person = f"panel-{theme}"
    watched.send("Page Viewed", "Product Viewed", "Nothing Known", person=person)
    expect(bar.locator(".figure")).to_have_text(re.compile("^3 since "))
    panel = page.locator(".dr-panel")
    row = panel.get_by_title("Follow it (with Ctrl: beside the others)")
    row.first.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("group", name="Followed traces")).to_be_visible()
    expect(panel.get_by_role("list", name="Its events")).to_contain_text("Product")
    page.locator(f'[data-uuid="{UUID["product"]}"]').click()
    expect(panel.get_by_role("heading", name="Product viewed")).to_be_visible()
    panel.get_by_role("tab", name="Unmapped").click()
    panel.get_by_role("button", name="Map… Nothing Known to a node").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Help")).click()
    expect_counts(page, landing=1, product=1, help=1)
    assert page.evaluate("mapped.map(({name, nodeId}) => [name, nodeId])") == [
        ["Nothing Known", "help"]
    ]
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    bar.get_by_role("button", name="Pause").click()
    watched.send("Product Viewed", person=person)
    bar.get_by_role("button", name="Resume +1").click()
    expect_counts(page, landing=1, product=2, help=1)
    bar.get_by_role("button", name="Clear").click()
    expect_counts(page)
    bar.get_by_role("button", name="Undo").click()
    expect_counts(page, landing=1, product=2, help=1)
    bar.get_by_role("button", name="Pause").click()
    bar.get_by_role("button", name="Realtime · paused").click()
    expect(page.locator(".dr-popovers .pop")).to_contain_text("Events still arrive")
    page.keyboard.press("Escape")
    size = page.viewport_size
    assert size
    for width in (size["width"], 1100, 1000, 900):
        page.set_viewport_size({"width": width, "height": size["height"]})
        tall = bar.evaluate("one => one.getBoundingClientRect().height")
        over = bar.evaluate("one => one.firstElementChild.scrollWidth - one.clientWidth")
        assert (tall < 40, over) == (True, 0), (width, tall, over)
    page.set_viewport_size(size)
    page.mouse.move(2, 300)
    page.evaluate("document.activeElement.blur()")
    ours = steady(page, OURS)
    page.evaluate(HOSTILE)
    hostile = steady(page, OURS)
    changed = [
        f"{before[0]} {was} became {now}"
        for before, after in zip(json.loads(ours), json.loads(hostile), strict=True)
        for was, now in zip(before, after, strict=True)
        if was != now
    ]
    assert changed == []


PLAN = {
    "format": "dagnet-realtime-function/1",
    "version": "p1",
    "workspace": "host",
    "env": "prod",
    "turn": 900,
    "rotation": 86_400,
    "trace": ["anonymousId"],
    "properties": [],
    "deny": [],
    "needed": [],
    "test": "",
    "sample": 1,
    "carries": "all",
    "listens": [],
}
TOKEN_KEY = "0123456789abcdef0123456789abcdef"


def test_the_functions_events_light_them_by_the_hosts_own_back_end(
    context: BrowserContext, host: str
) -> None:
    """FUN-21: a person let in, one refused, a lapsed token, a provider that goes and returns."""
    page = context.new_page()  # refusals stand in its console
    page.clock.install()
    with soketi() as provider:
        BackEnd.auth = PusherAuth(
            key=KEY,
            secret=SECRET,
            host="127.0.0.1",
            port=provider.port,
            tls=False,
            workspace="host",
            env="prod",
            token_key=TOKEN_KEY,
        )
        BackEnd.users = {"ada": True, "eve": False}
        api = {"app": APP_ID, "key": KEY, "api": f"http://127.0.0.1:{provider.port}"}
        plan = json.dumps(PLAN | {"provider": {**api, "limit": 10_000, "batch": 10}})

        def call(number: int, name: str) -> None:
            event = {"type": "track", "event": name, "messageId": f"m{number}"}
            event |= {"anonymousId": "anna", "timestamp": "2026-01-02T03:04:05.000Z"}
            (told,) = function.run("published", plan, TOKEN_KEY, [event], secret=SECRET)
            assert told["status"] == 200, told

        def visit(token: str) -> None:
            parts = {"kind": "function", "auth": "/api/realtime/pusher-auth", "token": token}
            page.goto(f"{address(host, **parts)}&panel")
            page.locator(".dr-bar").get_by_role("switch").click()

        visit("eve")
        expect(page.locator(".dr-why")).to_contain_text("You may not watch this workspace")
        visit("ada")
        sign = page.locator(".dr-bar .live")
        expect(sign).to_contain_text("Realtime · live")
        call(1, "Page Viewed")
        expect_counts(page, landing=1)
        provider.stop()
        expect(sign).to_contain_text("Realtime · reconnecting", timeout=30_000)
        provider.start()
        page.clock.fast_forward(15_000)
        expect(sign).to_contain_text("Realtime · live", timeout=30_000)
        call(2, "Page Viewed")
        expect_counts(page, landing=2)
        BackEnd.users["ada"] = None
        page.clock.fast_forward(31_000)
        expect(sign).to_contain_text("Realtime · ended", timeout=30_000)
        expect(page.locator(".dr-why")).to_contain_text("Sign in to this page")
        BackEnd.auth = None
    page.close()


def test_pages_under_test_reach_the_host(context: BrowserContext, host: str) -> None:
    """EMB-8: tabs of the host's origin reach it by the tap, and so do pages of others that it
    opened.
    """
    editor = context.new_page()
    opened(editor, host, kind="otherTab")
    expect(editor.locator(".why")).to_contain_text("No other tab")
    shop = context.new_page()
    shop.goto(f"{host}/shop.html")
    editor.bring_to_front()
    expect(editor.locator(".why")).to_be_empty(timeout=15_000)
    shop.evaluate("analytics.track('Product Viewed')")
    expect_counts(editor, product=1)
    shop.close()
    with site() as web:
        at = web.put(
            "/plain.html", "/analytics.umd.js", load_npm(), attributes=f'data-realtime="{host}"'
        )
        opened(editor, host, kind="opener", origins=[web.url])
        with context.expect_page() as came:
            editor.evaluate("url => void window.open(url)", at)
        other = came.value
        editor.bring_to_front()
        expect(editor.locator(".why")).to_be_empty(timeout=15_000)
        other.evaluate("analytics.track('Products Searched')")
        expect_counts(editor, search=1)
        other.close()
    editor.close()


def test_sites_that_the_extension_taps_light_the_host(
    browser: Browser, host: str, tmp_path: Path
) -> None:
    """EMB-8, TAP-14: by the source `extension()`, from a site that was not changed, until its
    button says stop; an editor that is off hears nothing.
    """
    extension = built_extension(tmp_path / "extension")
    with extended(browser, extension, tmp_path / "profile") as context, site() as web:
        editor = context.new_page()
        opened(editor, host, kind="extension")
        expect(editor.locator(".why")).to_contain_text("No site reports through the extension")
        shop = context.new_page()
        shop.goto(web.put("/npm.html", "/analytics.umd.js", load_npm(), tap=None))
        shop.wait_for_function("window.analytics?.instance")
        press(context, editor, "This tab is Realtime")
        press(context, shop, "Show this site’s events")
        editor.bring_to_front()
        expect(editor.locator(".why")).to_be_empty(timeout=15_000)
        shop.evaluate("analytics.track('Product Viewed')")
        shop.evaluate("analytics.track('Products Searched')")
        expect_counts(editor, product=1, search=1)
        editor.wait_for_function(f"() => ({LIT})() > 500")
        shop.reload()
        shop.wait_for_function("window.analytics?.instance")
        shop.evaluate("analytics.track('Product Viewed')")
        expect_counts(editor, product=2, search=1)
        editor.get_by_role("switch", name="Realtime").click()
        expect(editor.get_by_role("status")).to_have_text("Realtime · off")
        shop.evaluate("analytics.track('Product Viewed')")
        editor.get_by_role("switch", name="Realtime").click()
        expect(editor.get_by_role("status")).to_have_text("Realtime · live")
        expect(editor.locator(".why")).to_be_empty(timeout=15_000)
        shop.evaluate("analytics.track('Products Searched')")
        expect_counts(editor, search=1)
        press(context, shop, "Stop here")
        shop.reload()
        shop.wait_for_function("window.analytics?.instance")
        assert shop.evaluate("typeof __dagnetRealtimeTap") == "undefined"
