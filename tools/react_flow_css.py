"""Scopes React Flow's base style sheet, so that it touches nothing of the page around the picture.

`python tools/react_flow_css.py` writes `web/react/src/picture/react-flow.css` from the installed
`@xyflow/react`; `--check` exits 1 if it is stale. Every rule is nested under the scope's class, and
the names of its animations, which CSS does not scope, are prefixed.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "web" / "node_modules" / "@xyflow" / "react"
TARGET = ROOT / "web" / "react" / "src" / "picture" / "react-flow.css"
SCOPE = "dagnet-realtime"
KEYFRAMES = re.compile(r"^@keyframes ([\w-]+) \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)


def scoped(sheet: str, version: str) -> str:
    """The sheet under the scope's class. Raises ValueError for at-rules other than animations."""
    animations = [match.group(0) for match in KEYFRAMES.finditer(sheet)]
    rules = KEYFRAMES.sub("", sheet)
    if other := re.search(r"^\s*@[\w-]+", rules, re.MULTILINE):
        raise ValueError(f"React Flow's sheet has {other.group().strip()}: say how it is scoped")
    names = [match.group(1) for match in KEYFRAMES.finditer(sheet)]
    body = "".join(f"  {line}\n" if line.strip() else "\n" for line in rules.splitlines())
    nested = f".{SCOPE} {{\n{body}}}\n\n" + "\n".join(animations)
    for name in names:
        nested = re.sub(rf"(@keyframes |animation: ){name}\b", rf"\g<1>{SCOPE}-{name}", nested)
    return (
        f"/* Generated from base.css of @xyflow/react {version} by tools/react_flow_css.py;"
        f" do not edit. */\n{nested}"
    )


def main() -> int:
    """Writes or checks."""
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    text = scoped((PACKAGE / "dist" / "base.css").read_text(), version)
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text)
        return 0
    if TARGET.is_file() and TARGET.read_text() == text:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is stale: run `make generate`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
