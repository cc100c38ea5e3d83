"""People who are signed in by name, beside one another: what each sees of the others."""

import json
import re
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.demo import faults, live
from tests.e2e.traces import event, row
from tests.support.program import Program
from tests.support.server import SAMPLE

SECRET = "0123456789abcdef0123456789abcdef"  # of a test
CONFIG = f"""
[server]
port = 0

[access]
mode = "proxy"
proxy_header = "x-user"
proxy_from = ["127.0.0.1"]
proxy_secret = "{SECRET}"
audit = "audit.ndjson"

[[access.grant]]
who = "*@shop.example"
role = "follow"

[[access.grant]]
who = "guest"
role = "watch"

[[workspace]]
id = "shop"
env = "prod"
path = "{SAMPLE}"
token_key = "0123456789abcdef0123456789abcdef"

[[workspace.source]]
id = "sdk"
kind = "tracking"
write_key = "key"
"""
GRAPH = "?graph=shop%2Fprod%2Fuk-checkout-journey&on&shop=0"


def enter(browser: Browser, address: str, person: str) -> Page:
    """A page of a person, in a browser profile of their own."""
    context = browser.new_context(
        viewport={"width": 1600, "height": 1000},
        extra_http_headers={"x-user": person, "x-realtime-proxy-secret": SECRET},
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    live(page)
    return page


def test_a_link_to_the_view_shows_the_past_to_those_who_may_follow(
    browser: Browser, tmp_path: Path
) -> None:
    """TRC-31, HUB-34: it goes back exactly to the sharer's On, filter and follows; not for the role
    `watch` or an ended session.
    """
    (tmp_path / "realtime.toml").write_text(CONFIG)
    program = Program("serve", "--config", str(tmp_path / "realtime.toml"), folder=tmp_path)
    try:
        url = program.wait_line(re.compile(r"Realtime is at (http://[^/]+)/"), 60)[1]
        ann = enter(browser, f"{url}/{GRAPH}", "ann.brown@shop.example")
        ann.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        calls = [event("view_item", "v1", 2), event("add_to_cart", "v1", 1), event("search", "v2")]
        sent = httpx.post(f"{url}/v1/batch", json={"batch": calls}, auth=("key", ""))
        assert sent.status_code == 200
        row(ann, "at Basket").click()
        ann.wait_for_selector("html[data-parts=loaded]", state="attached")
        ann.get_by_role("button", name=re.compile("^Graph: ")).click()
        item = ann.get_by_role("menuitem", name=re.compile("^Copy a link to this view"))
        expect(item).to_contain_text("with the past of this session")
        item.click()
        link = ann.evaluate("() => navigator.clipboard.readText()")
        assert "share=" in link

        bob = enter(browser, link, "bob@shop.example")
        expect(bob.locator(".toast")).to_contain_text("This link shows what has happened since")
        expect(bob.locator(".strip .figure-cut strong").first).to_have_text("3")
        expect(bob.locator(".step")).to_have_count(2)
        expect(bob.locator(".following-one")).to_have_count(1)
        expect(bob.locator(".row-open")).to_have_count(3)
        httpx.post(f"{url}/v1/batch", json={"batch": [event("search", "v3")]}, auth=("key", ""))
        expect(bob.locator(".strip .figure-cut strong").first).to_have_text("4")
        assert faults(bob) == []

        guest = enter(browser, link, "guest")
        expect(guest.locator(".toast").first).to_contain_text("not see the past")
        expect(guest.locator(".strip .figure-cut strong").first).to_have_text("0")
        for page in (bob, guest):
            page.context.close()
        ann.get_by_role("switch", name="Realtime").click()
        expect(ann.locator("#canvas")).to_have_attribute("data-state", "off")
        late = enter(browser, link, "bob@shop.example")
        expect(late.locator(".toast").first).to_contain_text("has ended")
        expect(late.locator(".strip .figure-cut strong").first).to_have_text("0")
        late.context.close()
        ann.context.close()
    finally:
        program.stop()


def test_people_see_who_follows_what_and_take_it_over(browser: Browser, tmp_path: Path) -> None:
    """HUB-33, ACC-25: names stand in the list, on rows and on the trace; a take-over
    follows it and is audited; who may only watch sees none.
    """
    (tmp_path / "realtime.toml").write_text(CONFIG)
    program = Program("serve", "--config", str(tmp_path / "realtime.toml"), folder=tmp_path)
    try:
        url = program.wait_line(re.compile(r"Realtime is at (http://[^/]+)/"), 60)[1]
        ann, bob, guest = (
            enter(browser, f"{url}/{GRAPH}", one)
            for one in ("ann.brown@shop.example", "bob@shop.example", "guest")
        )
        calls = [event("view_item", "v1", 2), event("add_to_cart", "v1", 1), event("search", "v2")]
        sent = httpx.post(f"{url}/v1/batch", json={"batch": calls}, auth=("key", ""))
        assert sent.status_code == 200
        row(ann, "at Basket").click()
        others = bob.get_by_role("region", name="Followed by others")
        expect(others).to_contain_text("ann.brown@shop.example")
        expect(row(bob, "at Basket").locator(".follower")).to_have_text("AB")
        expect(row(bob, "at Site search").locator(".follower")).to_have_count(0)
        assert faults(bob) == []
        others.get_by_role("button", name=re.compile("^Take over ")).click()
        expect(bob.locator(".following-one .follower")).to_have_text("AB")
        expect(bob.locator(".trace-view")).to_contain_text("Also followed by ann.brown")
        expect(others).to_contain_text("and you")
        expect(ann.locator(".following-one .follower")).to_have_text("B")
        expect(guest.locator(".trace-row").first).to_be_visible()
        assert "shop.example" not in guest.content()

        ann.get_by_role("button", name="Stop", exact=True).click()
        expect(others).to_have_count(0)
        expect(ann.get_by_role("region", name="Followed by others")).to_contain_text("bob@")
        bob.get_by_role("switch", name="Realtime").click()
        expect(ann.get_by_role("region", name="Followed by others")).to_have_count(0)
        deeds = [json.loads(line) for line in (tmp_path / "audit.ndjson").read_text().splitlines()]
        follows = [one for one in deeds if one["deed"] == "follow"]
        assert [one["person"] for one in follows] == [
            "proxy:ann.brown@shop.example",
            "proxy:bob@shop.example",
        ]
        assert follows[0]["tokens"] == follows[1]["tokens"]
        for page in (ann, bob, guest):
            page.context.close()
    finally:
        program.stop()
