"""Real labels on a laptop's screen: every name whole, no small type, and what a dark node says of itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.demo import faults
from tests.e2e.traces import Stage, event, staged, tab

GRAPH = "real-labels"
CHECKPOINT = "Blueprint CheckpointReached"
LABELS = [
    "Gave bank details in onboarding",
    "Mobile or broadband first recommendation",
    "post-registration-failure",
    "abandoned_before_delegation",
    "Datenschutzerklärung akzeptiert",
    "Warenkorb zur Kasse gebracht",
    "إتمام عملية الشراء",
    "تم عرض صفحة المنتج الرئيسية",
    "Switch registered",
    "Customer confirmed new energy tariff",
    "Household created",
    "Viewed coffee promotion screen",
    "Zahlungsmethode ausgewählt",
    "Order placed",
]
SHARED = (0, 4, 6)  # these nodes listen for one event, each with a filter of its own
ILLEGIBLE = """() => {
    const bad = [], scale = Number(/scale\\(([\\d.]+)/.exec(document.querySelector(".react-flow__viewport").style.transform)[1]);
    for (const one of document.querySelectorAll(".dr-picture :is(.dr-card-title, .dr-card-event > *, .dr-card-rate, .dr-card-age, .dr-wire-label, .dr-tag)")) {
        const box = one.getBoundingClientRect(), card = one.closest(".dr-card");
        if (box.width <= 1) continue;
        if (parseFloat(getComputedStyle(one).fontSize) * scale < 10.99) bad.push(`small: ${one.textContent}`);
        if (!one.matches(".dr-card-title")) continue;
        const frame = card.getBoundingClientRect(), foot = card.querySelector(".dr-card-foot").getBoundingClientRect();
        // A line's letters may reach out of it by a little.
        const reach = parseFloat(getComputedStyle(one).fontSize) * 0.1 + 1;
        if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + reach) bad.push(`cut: ${one.textContent}`);
        if (box.bottom > frame.bottom || box.top < frame.top || (foot.height > 0 && box.bottom > foot.top + 1)) bad.push(`over: ${one.textContent}`);
    }
    const titles = [...document.querySelectorAll(".dr-card-title")].filter((one) => one.getBoundingClientRect().width > 1);
    return {bad, titles: titles.map((one) => one.textContent)};
}"""


JOURNEY = "long-journey"
PLACES = {
    "Landing Page": (0, 200),
    "Product View": (200, 200),
    "Basket Layout Experiment": (400, 200),
    "Classic Basket": (550, 100),
    "Quick Basket": (550, 300),
    "Checkout": (750, 200),
    "Order by Telephone": (400, -100),
    "Payment": (1100, 150),
    "Payment Failed": (1150, 0),
    "Order Confirmed": (1400, 200),
    "Order Cancelled": (1750, 50),
    "Order Shipped": (1800, 250),
    "Delivery Failed": (2250, 100),
    "Order Delivered": (2300, 300),
    "Order Complete": (2550, 250),
    "Return Completed": (2550, 400),
    "Abandoned": (600, 500),
}
"""A journey of ten columns, as people place it by hand: nodes nearly in line, wide gaps."""
WAYS = [
    ("Landing Page", "right", "Product View", "left"),
    ("Landing Page", "bottom", "Abandoned", "left"),
    ("Product View", "right", "Basket Layout Experiment", "left"),
    ("Product View", "top", "Order by Telephone", "left"),
    ("Product View", "bottom", "Abandoned", "left"),
    ("Basket Layout Experiment", "top", "Classic Basket", "left"),
    ("Basket Layout Experiment", "bottom", "Quick Basket", "left"),
    ("Classic Basket", "right", "Checkout", "top"),
    ("Classic Basket", "bottom", "Abandoned", "top"),
    ("Quick Basket", "right", "Checkout", "bottom"),
    ("Quick Basket", "bottom", "Abandoned", "top"),
    ("Checkout", "right", "Payment", "left"),
    ("Checkout", "bottom", "Abandoned", "top"),
    ("Order by Telephone", "right", "Payment", "top"),
    ("Order by Telephone", "bottom", "Abandoned", "top"),
    ("Payment", "top", "Payment Failed", "left"),
    ("Payment", "right", "Order Confirmed", "left"),
    ("Order Confirmed", "top", "Order Cancelled", "left"),
    ("Order Confirmed", "right", "Order Shipped", "left"),
    ("Order Shipped", "top", "Delivery Failed", "left"),
    ("Order Shipped", "right", "Order Delivered", "left"),
    ("Order Delivered", "right", "Order Complete", "left"),
    ("Order Delivered", "bottom", "Return Completed", "left"),
]
CROSSED = """() => {
    const cards = [...document.querySelectorAll(".dr-card")].map((card) => [card.dataset.node, card.getBoundingClientRect()]);
    return [...document.querySelectorAll(".dr-wire")].flatMap((wire) => {
        const path = wire.querySelector("path"), matrix = path.getScreenCTM(), length = path.getTotalLength();
        const points = Array.from({length: 97}, (_, i) => path.getPointAtLength(length * (i + 2) / 100).matrixTransform(matrix));
        return cards.filter(([, at]) => points.some(({x, y}) => x > at.left + 1 && x < at.right - 1 && y > at.top + 1 && y < at.bottom - 1)).map(([node]) => `${wire.dataset.edge} crosses ${node}`);
    });
}"""


def _journey() -> dict[str, Any]:
    """The journey as a graph file, with a frame around its second half and a note beside it."""
    nodes = [
        {"id": f"j{i}", "uuid": f"j{i}", "label": label, "layout": {"x": x, "y": y}}
        | ({"event_id": f"ev{i}"} if i % 3 == 1 else {})
        for i, (label, (x, y)) in enumerate(PLACES.items())
    ]
    index = {label: f"j{i}" for i, label in enumerate(PLACES)}
    edges = [
        {
            "uuid": f"w{i}",
            "id": f"w{i}",
            "from": index[start],
            "to": index[end],
            "fromHandle": f"{out}-out",
            "toHandle": into,
            "p": {"mean": 0.5},
        }
        for i, (start, out, end, into) in enumerate(WAYS)
    ]
    frame = {"id": "c", "label": "Fulfilment", "colour": "#7DD3FC", "x": 1150, "y": -150}
    note = {"id": "p", "text": "Phone orders.", "colour": "#FFF475", "fontSize": "M"}
    return {
        "nodes": nodes,
        "edges": edges,
        "containers": [frame | {"width": 1450, "height": 700}],
        "postits": [note | {"x": 380, "y": -250, "width": 220, "height": 160}],
        "policies": {"default_outcome": "other"},
        "metadata": {"version": "1.0.0", "created_at": "2026-01-05T09:00:00Z"},
    }


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server of its own, on a graph with labels as people write them."""
    folder = tmp_path_factory.mktemp("labels") / "shop"
    copytree(Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop", folder)
    for number, _ in enumerate(LABELS):
        shared = number in SHARED
        lines = [
            f"id: ev{number}",
            "provider_event_names:",
            f"  segment: {CHECKPOINT if shared else f'Long event name number {number}'}",
        ]
        if shared:
            lines += [
                "amplitude_filters:",
                "  - property: checkpoint",
                "    operator: is",
                f"    values: [Value{number}Registered]",
            ]
        (folder / "events" / f"ev{number}.yaml").write_text("\n".join(lines) + "\n")
    nodes = [
        {
            "id": f"n{number}",
            "uuid": f"n{number}",
            "label": label,
            "event_id": f"ev{number}",
            "layout": {"x": number // 3 * 230, "y": number % 3 * 150},
        }
        for number, label in enumerate(LABELS)
    ]
    edges = [
        {
            "uuid": f"e{a}-{b}",
            "id": f"e{a}-{b}",
            "from": f"n{a}",
            "to": f"n{b}",
            "p": {"mean": 0.5},
        }
        for a in range(len(LABELS))
        for b in (a + 3, a + 4, a + 6)
        if b < len(LABELS)
    ]
    graph = {
        "nodes": nodes,
        "edges": edges,
        "policies": {"default_outcome": "other"},
        "metadata": {"version": "1.0.0", "created_at": "2026-01-05T09:00:00Z"},
    }
    (folder / "graphs" / f"{GRAPH}.json").write_text(json.dumps(graph))
    (folder / "graphs" / f"{JOURNEY}.json").write_text(json.dumps(_journey()))
    with staged(browser, folder) as served:
        yield served


def test_real_labels_are_read_whole_and_dark_nodes_say_why(
    context: BrowserContext, stage: Stage
) -> None:
    """PIC-28, PIC-1, ENG-26: labels are whole at 1280×720 with the details open, during and after
    traffic; then the panel explains dark nodes.
    """
    page = stage.enter(context, GRAPH, "&shop=0")
    page.set_viewport_size({"width": 1280, "height": 720})
    stage.send(
        *[event(f"Long event name number {number}", f"v{number}") for number in (1, 2, 3, 5)],
        *[event(CHECKPOINT, f"c{n}", checkpoint="Value0Registered") for n in range(3)],
        event("long event name Number 10", "s1"),
        event("long event name Number 10", "s2"),
    )
    expect(page.locator(".dr-card[data-seen='lit']")).to_have_count(5)
    page.get_by_role("button", name="Fit the graph").click()
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    for theme in ("light", "dark"):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        found = page.evaluate(ILLEGIBLE)
        assert found["bad"] == []
        assert sorted(found["titles"]) == sorted(LABELS)
        page.keyboard.press("d")
    for number in SHARED:
        expect(page.locator(f".dr-card[data-node='n{number}'] .dr-card-event")).to_contain_text(
            f"= Value{number}Registered"
        )
    arabic = page.locator(".dr-card[data-node='n6'] .dr-card-title")
    assert arabic.evaluate("one => getComputedStyle(one).direction") == "rtl"

    def why(node: str) -> str:
        page.locator(f".dr-card[data-node='{node}']").click()
        tab(page, "Node")
        return page.get_by_role("region", name="Why not seen yet?").inner_text()

    assert re.search(
        r"came 3×, and this node's filter let none through:\s+its property checkpoint was “Value0Registered”, and must be “Value4Registered”",
        why("n4"),
    )
    assert "A name like its own came 2×" in why("n10")
    upstream = why("n13")
    assert "Nothing that leads here has been seen either" in upstream
    assert "No event named Long event name number 13 has come since" in upstream
    assert faults(page) == []
    why("n10")
    page.get_by_role("button", name="Map it here").click()
    expect(page.locator(".dr-card[data-node='n10']")).to_have_attribute("data-seen", "lit")
    expect(page.get_by_role("region", name="Why not seen yet?")).to_have_count(0)


def test_a_long_journey_is_fitted_so_that_every_name_is_read(
    context: BrowserContext, stage: Stage
) -> None:
    """PIC-1, PIC-3, PIC-28: on nearly all cards, and above those that have no room; no
    edge crosses a card.
    """
    page = stage.enter(context, JOURNEY, "&shop=0")
    for width, height, on_cards in (
        (1280, 720, 15),
        (1600, 1000, 17),
        (768, 1024, 17),
        (390, 844, 12),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Fit the graph").click()
        page.wait_for_function(
            """([cards, all]) => {
                const shown = (one) => [...document.querySelectorAll(one)].filter((name) => name.getBoundingClientRect().width > 1).map((name) => name.textContent.replaceAll("\u00ad", ""));
                const titles = shown(".dr-card-title");
                return titles.length >= cards && all.every((name) => [...titles, ...shown(".dr-far-name")].includes(name));
            }""",
            arg=[on_cards, list(PLACES)],
        )
        assert page.evaluate(ILLEGIBLE)["bad"] == []
        assert page.evaluate(CROSSED) == []
    assert faults(page) == []
