"""Builds the documentation as a site in dist/docs, from README.md, CHANGELOG.md and docs/.

`python tools/documentation.py` installs requirements/docs.lock into an environment of its own below
`.tools`, stages the pages, and builds them strictly: a link that leads nowhere fails. `--stage DIR`
only stages them.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools" / "docs"
LOCK = ROOT / "requirements" / "docs.lock"
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)(#[^)\s]*)?(?=\))")
FENCE = re.compile(r"^(\s*)(```+)(\w+) (\S+)$", re.MULTILINE)
ITEM = re.compile(r"(\s*)((?:[-*]|\d+\.)\s+)\S")
DECISIONS = "docs/decisions"
LANGUAGES = {".service": "ini", ".conf": "nginx", ".toml": "toml", ".yaml": "yaml", ".py": "python"}


def address(path: str) -> str:
    """The staged page of a file of the repository: `docs/how-to/ci.md` is `how-to/ci.md`."""
    if path in ("README.md", "CHANGELOG.md"):
        return {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}[path]
    if path == DECISIONS:
        return "decisions/index.md"
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"repository/{path}" if path.endswith(".md") else f"repository/{path}.md"


def page(text: str, path: str) -> tuple[str, set[str]]:
    """A page as the site's Markdown wants it, and the files outside of docs/ that it links to.

    Links are turned to staged pages, contents of lists are indented by four, a list begins after a
    blank line, and a fence that names its file gets the name as its title.
    """
    linked: set[str] = set()

    def turned(found: re.Match[str]) -> str:
        target = os.path.normpath(Path(path).parent / found[1])
        if (ROOT / target).is_dir():
            readme = f"{target}/README.md"
            target = readme if (ROOT / readme).is_file() else target
        if not target.startswith("docs/") and target not in ("README.md", "CHANGELOG.md"):
            linked.add(target)
        return os.path.relpath(address(target), Path(address(path)).parent) + (found[2] or "")

    text = FENCE.sub(r'\1\2\3 title="\4"', LINK.sub(turned, text))
    text = re.sub(r"^(- \*\*([A-Z]+-\d+)\*\*) ", _anchored, text, flags=re.MULTILINE)
    return "\n".join(_indented(text.replace("<details>", "<details markdown>"))), linked


def _anchored(found: re.Match[str]) -> str:
    return f"{found[1]}{{ #{found[2].lower()} }} "


def _indented(text: str) -> list[str]:
    """The lines of a page, what belongs to an item of a list indented by four for each level."""
    lines: list[str] = []
    open_items: list[int] = []
    fenced = False
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if line.strip() and not fenced:
            while open_items and indent < open_items[-1]:
                if not ITEM.match(line) and lines and lines[-1].strip():
                    break
                open_items.pop()
        depth = len(open_items)
        rest = line[open_items[-1] :] if depth and indent >= open_items[-1] else line.lstrip()
        item = None if fenced else ITEM.match(line)
        before = lines[-1] if lines else ""
        if item and not depth and before.strip() and not re.match(r"#|\s|[-*] |\d+\. ", before):
            lines.append("")
        if depth or item:
            lines.append("    " * depth + rest if rest.strip() else "")
        else:
            lines.append(line)
        if item:
            open_items.append(len(item[1]) + len(item[2]))
        if line.strip().startswith("```"):
            fenced = not fenced
    return [*lines, ""]


def decisions() -> str:
    """A page that lists every decision by its heading."""
    pages = sorted((ROOT / DECISIONS).glob("*.md"))
    titles = [(page.read_text().partition("\n")[0].removeprefix("# "), page.name) for page in pages]
    listed = "\n".join(f"- [{title}]({name})" for title, name in titles)
    return f"# Decisions\n\nWhy things are as they are, one page each.\n\n{listed}\n"


def file_page(path: str) -> str:
    """A page that shows a file of the repository, or lists what a folder holds."""
    source = ROOT / path
    if source.is_dir():
        names = sorted(file.relative_to(source).as_posix() for file in source.rglob("*.*"))
        return f"# {path}\n\n" + "\n".join(f"- `{name}`" for name in names if "/." not in name)
    language = LANGUAGES.get(source.suffix, "text")
    return f"# {path}\n\n````{language}\n{source.read_text().rstrip()}\n````\n"


def stage(target: Path) -> None:
    """Writes all pages, pictures and styles below `target`, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "pictures", target / "pictures")
    shutil.copy(ROOT / "docs" / "site.css", target)
    waiting = {
        "README.md",
        "CHANGELOG.md",
        DECISIONS,
        *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    }
    done: set[str] = set()
    while waiting - done:
        path = sorted(waiting - done)[0]
        done.add(path)
        written = target / address(path)
        written.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            text, linked = page((ROOT / path).read_text(), path)
            waiting |= linked
        else:
            text = decisions() if path == DECISIONS else file_page(path)
        written.write_text(text)


def tool() -> Path:
    """Zensical, installed by the lock into an environment of its own if it is not there yet."""
    place = TOOLS / "environment"
    program = place / ("Scripts/zensical.exe" if os.name == "nt" else "bin/zensical")
    stamp = place / ".lock"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (stamp.is_file() and stamp.read_text() == digest):
        print("── Installing the documentation's tools from requirements/docs.lock", flush=True)
        venv.create(place, clear=True, with_pip=True)
        pip = (program.parent / "python", "-m", "pip", "--disable-pip-version-check", "install")
        subprocess.run(
            [*pip, "--quiet", "--no-deps", "--require-hashes", "-r", LOCK],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        stamp.write_text(digest)
    return program


def main() -> int:
    """Builds the site, or stages its pages; returns the exit code."""
    if sys.argv[1:2] == ["--stage"]:
        stage(Path(sys.argv[2]))
        return 0
    program = tool()
    stage(TOOLS / "pages")
    done = subprocess.run([program, "build", "--clean", "--strict"], cwd=ROOT, check=False)
    if done.returncode == 0:
        print("── The documentation is in dist/docs: python3 -m http.server --directory dist/docs")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
