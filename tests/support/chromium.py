"""Finds and starts the machine's Chromium."""

import os
import shutil
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHELF = "dagnet-realtime-page"  # where the page keeps its half of a sign-in
UNWANTED = (
    # Two renderers for every new window, which the address bar would need.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    # A renderer in reserve for each new context, which no page of a test comes to use.
    "SpareRendererForSitePerProcess",
    # What Playwright switches off; of two such switches Chromium heeds the last.
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNWANTED)}",
]


def chromium_path() -> str:
    """The path of Chromium; fails if there is none, since a browser test that is skipped proves
    nothing.
    """
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "no Chromium on this machine: install Debian's `chromium`, or set CHROMIUM to one"
    return found


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A headless Chromium of its own."""
    return playwright.chromium.launch(
        executable_path=chromium_path(), headless=True, args=[*FLAGS, *flags]
    )


class SignedIn(NamedTuple):
    """What a browser has that spent the one-time link: cookies, and what its origins' storage holds."""

    cookies: list[Any]
    secrets: list[tuple[str, str]]

    def enter(self, context: BrowserContext) -> None:
        """Signs another context in."""
        context.add_cookies(self.cookies)
        for origin, secret in self.secrets:
            context.add_init_script(
                f'if (location.origin === "{origin}") localStorage.setItem("{SHELF}", "{secret}")'
            )


def signed_in(browser: Browser, link: str) -> SignedIn:
    """Spends the one-time `link`."""
    context = browser.new_context()
    context.new_page().goto(link)
    state: Any = context.storage_state()
    context.close()
    kept = [
        (one["origin"], item["value"])
        for one in state["origins"]
        for item in one["localStorage"]
        if item["name"] == SHELF
    ]
    return SignedIn(list(state["cookies"]), kept)
