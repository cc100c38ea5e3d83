"""Builds the browser extension into `web/extension/dist` and says how to load it."""

import shutil
import sys
from pathlib import Path

from interface import install, machine_node, run, wheel_node

ROOT = Path(__file__).parent.parent
FILES = ("manifest.json", "src/popup.html", "src/popup.css")
HOW = """The extension is in {dist}

  1. Open chrome://extensions in Chromium or Chrome and switch Developer mode on.
  2. Press Load unpacked and choose that folder.
  3. In your Realtime tab press the extension's button, then "This tab is Realtime".
  4. In the tab of a site press it again, then "Show this site's events". Each site is asked for once."""


def build(root: Path, node: str, dist: Path) -> None:
    """Writes the extension into `dist`, which is made anew."""
    folder = root / "web" / "extension"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    vite = root / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    run((node, str(vite), "build", "--logLevel", "warn", "--outDir", str(dist)), folder, node)
    for file in FILES:
        shutil.copy(folder / file, dist)


def main() -> None:
    """Builds it where it belongs."""
    node = machine_node() or wheel_node(ROOT / ".tools")
    if node is None:
        sys.exit("There is no Node 20.19 or later to build the extension with; `make setup` fetches one")
    install(ROOT, node)
    dist = ROOT / "web" / "extension" / "dist"
    build(ROOT, node, dist)
    print(HOW.format(dist=dist))


if __name__ == "__main__":
    main()
