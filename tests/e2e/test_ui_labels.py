"""Real labels on a laptop's screen: every name whole, no small type, and what a dark node says of itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

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
        if (box.width === 0) continue;
        if (parseFloat(getComputedStyle(one).fontSize) * scale < 10.99) bad.push(`small: ${one.textContent}`);
        if (!one.matches(".dr-card-title")) continue;
        const frame = card.getBoundingClientRect(), foot = card.querySelector(".dr-card-foot").getBoundingClientRect();
        if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) bad.push(`cut: ${one.textContent}`);
        if (box.bottom > frame.bottom || box.top < frame.top || (foot.height > 0 && box.bottom > foot.top + 1)) bad.push(`over: ${one.textContent}`);
    }
    const titles = [...document.querySelectorAll(".dr-card-title")].filter((one) => one.getBoundingClientRect().width > 0);
    return {bad, titles: titles.map((one) => one.textContent)};
}"""


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
