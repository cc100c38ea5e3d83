"""Builds the browser extension into `web/extension/dist` and says how to load it."""

import sys
from pathlib import Path

from interface import build_extension, install, machine_node, wheel_node

ROOT = Path(__file__).parent.parent
HOW = """The extension is in {dist}

  1. Open chrome://extensions in Chromium or Chrome and switch Developer mode on.
  2. Press Load unpacked and choose that folder.
  3. In your Realtime tab press the extension's button, then "This tab is Realtime".
  4. In the tab of a site press it again, then "Show this site's events". \
Each site is asked for once."""


def main() -> None:
    """Builds it in its place."""
    node = machine_node() or wheel_node(ROOT / ".tools")
    if node is None:
        sys.exit(
            "There is no Node 20.19 or later to build the extension with; `make setup` fetches one"
        )
    install(ROOT, node)
    dist = ROOT / "web" / "extension" / "dist"
    build_extension(ROOT, node, dist)
    print(HOW.format(dist=dist))


if __name__ == "__main__":
    main()
