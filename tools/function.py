"""Builds Segment's Destination Function from `web/function` into the package.

It is one plain file that can be pasted. `python tools/function.py` writes
`src/dagnet_realtime/functions/destination.js`; `--check` exits 1 if it is stale.
"""

import sys
import tempfile
from pathlib import Path

from interface import install, machine_node, run, wheel_node

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "src/dagnet_realtime/functions/destination.js"


def built() -> str:
    """The function as its sources say."""
    node = machine_node() or wheel_node(ROOT / ".tools")
    if node is None:
        sys.exit(
            "There is no Node 20.19 or later to build the function with; `make setup` fetches one"
        )
    install(ROOT, node)
    vite = ROOT / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    with tempfile.TemporaryDirectory() as folder:
        run(
            (node, str(vite), "build", "--logLevel", "warn", "--outDir", folder),
            ROOT / "web" / "function",
            node,
        )
        return (Path(folder) / TARGET.name).read_text()


def main() -> int:
    """Writes or checks."""
    text = built()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text)
        return 0
    if TARGET.is_file() and TARGET.read_text() == text:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is stale: run `make generate`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
