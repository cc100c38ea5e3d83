"""Finds and starts the machine's Firefox, by WebDriver BiDi: Playwright's own is a patched build."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("firefox-esr", "firefox")
DRIVER = f'--require "{Path(__file__).with_suffix(".cjs")}"'
"""Node's options for Playwright's driver, which takes Firefox to know more than it does."""


def firefox_path() -> str:
    """Where Firefox is; fails if there is none, since a browser test that is skipped proves nothing."""
    named = os.environ.get("FIREFOX")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, (
        "no Firefox on this machine: install Debian's `firefox-esr`, or set FIREFOX to one"
    )
    return found


def launch(playwright: Playwright) -> Browser:
    """A headless Firefox with a profile of its own."""
    return playwright.firefox.launch(
        channel="moz-firefox", executable_path=firefox_path(), headless=True
    )
