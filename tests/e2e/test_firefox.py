"""The interface in the machine's Firefox: it lights, is held, goes on over a reload, and plays a log."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.traces import Stage, event
from tests.support.chromium import SignedIn
from tests.support.program import running
from tests.support.server import GRAPH, SAMPLE

LOG = Path(__file__).parents[1] / "public/recorded/session.ndjson"
LIT = """() => {
  const canvas = document.querySelector("canvas.dr-light");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, i) => i % 4 === 3 && value > 20);
}"""


def visit(who: str) -> list[dict[str, object]]:
    """A visitor who gets as far as the product page."""
    names = ("Viewed Landing Page", "view_item_list", "view_item")
    return [event(name, who, 3 - place) for place, name in enumerate(names)]


def sign(page: Page, word: str) -> None:
    """Waits for the state that the sign says."""
    expect(page.get_by_role("button", name=re.compile(f"^{word}"))).to_be_visible()


def counted(page: Page, number: int) -> None:
    """Waits until the strip says that so many events came since On."""
    expect(page.locator(".strip .figure-cut strong").first).to_have_text(str(number))


def test_the_page_works_in_firefox(fox: Page, tmp_path: Path) -> None:
    """PIC-95: On lights nodes with the right counts, pause holds them, a reload keeps them, a saved log plays."""
    serve = ("serve", "--workspace", str(SAMPLE), "--port", "0")
    with running(*serve, environ={"DAGNET_REALTIME_STATE_DIR": str(tmp_path)}) as program:
        key = program.wait_line(re.compile(r"^\s+key\s+(\S+)"), 30)[1]
        stage = Stage(program, SAMPLE.name, key, SignedIn([], []))
        fox.goto(program.link)
        fox.goto(stage.address(GRAPH, "&shop=0").replace("&on", ""))
        sign(fox, "OFF")
        switch = fox.get_by_role("switch", name="Realtime")
        switch.click()
        sign(fox, "LIVE")
        assert not fox.evaluate(LIT)
        stage.send(*visit("v1"), *visit("v2"), event("Viewed Landing Page", "v3"))
        counted(fox, 7)
        fox.wait_for_function(LIT)

        fox.get_by_role("button", name="Pause", exact=True).click()
        sign(fox, "PAUSED")
        stage.send(*visit("v4"))
        fox.get_by_role("button", name="Resume +3").click()
        sign(fox, "LIVE")
        counted(fox, 10)

        fox.reload()
        sign(fox, "LIVE")
        counted(fox, 10)
        stage.send(*visit("v5"))
        counted(fox, 13)
        switch.click()
        sign(fox, "OFF")
        for label, number in (("Landing page", 5), ("Product page", 4)):
            title = fox.locator(f".dr-card-title[title='{label}']")
            card = fox.locator(".dr-card", has=title)
            expect(card).to_contain_text(f"{number} events")

        fox.locator("input[type=file][accept*=ndjson]").set_input_files(LOG)
        sign(fox, "REPLAY")
        fox.get_by_role("slider", name="Moment of the log").press("End")
        expect(fox.get_by_role("button", name="Play from the beginning")).to_be_visible()
