"""What the tests of traces share: a served folder of graphs, deliveries at chosen moments, and the page that shows them."""

import contextlib
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.chromium import SignedIn, signed_in
from tests.support.program import Program, running

_NUMBERS = itertools.count(1)


class Stage(msgspec.Struct):
    """A running server on a folder, the key to send with, and what a browser has that spent its link."""

    program: Program
    folder: str
    key: str
    signed_in: SignedIn

    def address(self, graph: str, more: str = "") -> str:
        """The address of a graph that turns itself on."""
        return f"{self.program.url}/?graph={self.folder}%2Flocal%2F{graph}&on{more}"

    def enter(self, context: BrowserContext, graph: str, more: str = "") -> Page:
        """A page that watches a graph from this moment; its own faults fail the test."""
        self.signed_in.enter(context)
        page = context.new_page()
        page.on("pageerror", _fail)
        page.goto(self.address(graph, more))
        expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible(timeout=60_000)
        return page

    def send(self, *events: dict[str, Any]) -> None:
        """One batch through the tracking door."""
        answer = httpx.post(
            f"{self.program.url}/v1/batch",
            json={"batch": events, "sentAt": _ago(0)},
            auth=(self.key, ""),
        )
        assert answer.status_code == 200, answer.text


@contextlib.contextmanager
def staged(browser: Browser, folder: Path) -> Iterator[Stage]:
    """A server on `folder`, as an operator without a configuration starts it."""
    with running("serve", "--workspace", str(folder), "--port", "0") as program:
        key = program.wait_line(re.compile(r"^\s+key\s+(\S+)"), 30)[1]
        yield Stage(program, folder.name, key, signed_in(browser, program.link))


@contextlib.contextmanager
def configured(browser: Browser, folder: Path, home: Path, policy: str) -> Iterator[Stage]:
    """A server on `folder` under a policy of its own (lines of TOML); its configuration stands in `home`."""
    source = '[[workspace.source]]\nid = "sdk"\nkind = "tracking"\nwrite_key = "stage-key"\n'
    home.joinpath("realtime.toml").write_text(
        f'[[workspace]]\nid = "shop"\nenv = "local"\npath = "{folder}"\n{policy}\n{source}'
    )
    with running("serve", "--config", str(home / "realtime.toml"), "--port", "0") as program:
        yield Stage(program, "shop", "stage-key", signed_in(browser, program.link))


def event(
    name: str, who: str, ago: float = 0, *, user: str | None = None, **properties: Any
) -> dict[str, Any]:
    """A track call of `who`, `ago` seconds ago."""
    known = {} if user is None else {"userId": user}
    return (
        _call("track", ago) | {"event": name, "anonymousId": who, "properties": properties} | known
    )


def identify(who: str, user: str, ago: float = 0) -> dict[str, Any]:
    """The call that identifies a visitor."""
    return _call("identify", ago) | {"anonymousId": who, "userId": user, "traits": {}}


def tab(page: Page, name: str) -> None:
    """Opens a tab of the panel."""
    page.get_by_role("tab", name=re.compile(f"^{name}")).click()


def row(page: Page, says: str) -> Locator:
    """The recent trace that says so."""
    return page.locator(".trace-row", has_text=says)


def steps(page: Page) -> list[tuple[str, str, str]]:
    """Number, name and doubts of every step of the timeline that is shown, once it is there."""
    page.locator(".step-open").first.wait_for()
    read: list[list[str]] = page.locator(".step-open").evaluate_all(
        "all => all.map(one => ['.step-number', '.step-label', '.step-doubts'].map(part => one.querySelector(part)?.textContent ?? ''))"
    )
    return [(number, name, doubts) for number, name, doubts in read]


def figure(page: Page, name: str) -> str:
    """One of the figures of the panel, by its word."""
    return (
        page.locator(".figures > div", has=page.locator("dt", has_text=re.compile(f"^{name}$")))
        .locator("dd")
        .inner_text()
    )


def _call(kind: str, ago: float) -> dict[str, Any]:
    return {"type": kind, "messageId": f"trace-{next(_NUMBERS)}", "timestamp": _ago(ago)}


def _ago(seconds: float) -> str:
    return (
        (datetime.now(UTC) - timedelta(seconds=seconds))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _fail(error: Exception) -> None:
    raise AssertionError(f"the page failed: {error}")
