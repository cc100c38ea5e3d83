"""Chromium with our browser extension, and its buttons."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.site import ROOT
from tests.support.chromium import FLAGS, chromium_path

sys.path.insert(0, str(ROOT / "tools"))
from interface import build_extension, machine_node, wheel_node  # a tool, not a package

SITES = ["http://127.0.0.1/*"]


def built_extension(dist: Path) -> Path:
    """The extension as it is built. A test cannot press Chromium's own question, so its sites are
    granted beforehand."""
    node = machine_node() or wheel_node(ROOT / ".tools")
    assert node is not None
    build_extension(ROOT, node, dist)
    manifest = json.loads((dist / "manifest.json").read_text())
    assert manifest["optional_host_permissions"] == ["http://*/*", "https://*/*"]
    assert "host_permissions" not in manifest
    (dist / "manifest.json").write_text(json.dumps(manifest | {"host_permissions": SITES}))
    return dist


@contextmanager
def extended(browser: Browser, extension: Path, profile: Path) -> Iterator[BrowserContext]:
    """A browser with the extension, and a profile of its own."""
    flags = [*FLAGS, f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=chromium_path(),
        headless=True,
        args=flags,
        viewport={"width": 1600, "height": 1000},
    )
    context.set_default_timeout(30_000)
    yield context
    context.close()


def press(context: BrowserContext, page: Page, button: str) -> None:
    """Opens the extension's panel over a tab and presses a button."""
    worker = (
        context.service_workers[0]
        if context.service_workers
        else context.wait_for_event("serviceworker")
    )
    tab = worker.evaluate(
        "url => chrome.tabs.query({}).then(tabs => tabs.find(tab => tab.url === url).id)", page.url
    )
    panel = context.new_page()
    panel.goto(f"{worker.url.removesuffix('worker.js')}popup.html?tab={tab}")
    panel.get_by_role("button", name=button).click()
    expect(panel.get_by_role("status")).not_to_be_empty()
    panel.close()
