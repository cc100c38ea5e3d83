"""The documentation hangs together: no broken link, no lost address, no page that nothing leads to."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from dagnet_realtime.model.event import Flag
from dagnet_realtime.model.frame import (
    Frame,
    FrameCounts,
    FrameEvent,
    Guarantees,
    IngestCounters,
    SessionLogHeader,
    TapLine,
)
from tests.architecture.sources import ROOT, named, tracked

DOCS = ROOT / "docs"
SITE = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
DEFINED = re.compile(r"^\[[^\]]+\]: (\S+)$", re.MULTILINE)
FENCED = re.compile(r"^ *(```+).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.*?)\s*$", re.MULTILINE)


def _pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def _prose(path: Path) -> str:
    return FENCED.sub("", path.read_text())


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


@cache
def anchors(path: Path) -> set[str]:
    """Every anchor of a page; headings that come again are numbered."""
    found: dict[str, int] = {}
    made: set[str] = set()
    for heading in HEADING.findall(_prose(path)):
        one = slug(heading)
        made.add(f"{one}-{found[one]}" if one in found else one)
        found[one] = found.get(one, 0) + 1
    return made


def broken(text: str, place: Path) -> Iterator[str]:
    """Links of a page that lead to no file, no folder or no heading."""
    for target in (*LINK.findall(text), *DEFINED.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = Path(os.path.normpath(place.parent / path)) if path else place
        if not file.exists() or (anchor and anchor not in anchors(file)):
            yield target


def test_no_link_is_broken() -> None:
    wrong = {named(path): found for path in _pages() if (found := list(broken(_prose(path), path)))}
    assert not wrong


def test_a_broken_link_is_found() -> None:
    page = DOCS / "architecture.md"
    text = "[a](nothing.md) [b](architecture.md#no-such-heading) [c](#architecture)\n[D]: no.md#d"
    wrong = ["nothing.md", "architecture.md#no-such-heading", "no.md#d"]
    assert list(broken(text, page)) == wrong


STEP = re.compile(r"^\| \d+ \| (`[^|]+`) \| (`[^|]+`) \|", re.MULTILINE)


def _step_texts(files: str) -> list[str]:
    """The sources that a step names: below the package or `web/`, or beside the first."""
    paths = re.findall(r"`([^`]+)`", files)
    root = ROOT / ("web" if paths[0].endswith(".ts") else "src/dagnet_realtime")
    beside = (root / paths[0]).parent
    return [(root / path if "/" in path else beside / path).read_text() for path in paths]


def test_each_step_of_an_event_and_of_a_frame_is_in_the_file_it_names() -> None:
    steps = STEP.findall((DOCS / "architecture.md").read_text())
    assert len(steps) > 30
    wrong = [
        (files, word)
        for files, functions in steps
        for word in re.findall(r"#?\w+", functions)
        if not any(re.search(rf"(?<!\w){word}\b", text) for text in _step_texts(files))
    ]
    assert not wrong


def test_each_old_address_leads_to_a_page() -> None:
    moved = SITE["plugins"]["redirects"]["redirect_maps"]
    assert moved
    assert not [old for old in moved if (DOCS / old).exists()]
    assert not [new for new in moved.values() if not (DOCS / new).is_file()]


def _reached() -> set[Path]:
    reached: set[Path] = set()
    waiting = {ROOT / "README.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in LINK.findall(_prose(page)):
            file = Path(os.path.normpath(page.parent / target.partition("#")[0]))
            if file == DOCS / "decisions":
                waiting |= set(file.glob("*.md")) - reached
            if file.suffix == ".md" and file.is_file() and file not in reached:
                waiting.add(file)
    return reached


def test_every_page_can_be_reached_from_the_first() -> None:
    reached = _reached()
    assert not [
        named(path)
        for path in _pages()
        if (path.is_relative_to(DOCS) or path.parent == ROOT) and path not in reached
    ]


def test_every_page_has_its_place_in_the_site() -> None:
    """Decisions are listed by a page that is made of their headings."""
    listed = set(re.findall(r"'([^']+\.md)'", str(SITE["nav"])))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    pages = {page for page in pages if not page.startswith("decisions/")}
    assert listed == pages | {"index.md", "changelog.md", "decisions/index.md"}


def test_every_field_of_a_frame_and_every_flag_is_documented() -> None:
    page = (DOCS / "reference" / "frames.md").read_text()
    log = (DOCS / "reference" / "session-log.md").read_text()
    frames = [*get_args(Frame), FrameEvent, FrameCounts, IngestCounters, Guarantees]
    names = [name for kind in frames for name in kind.__struct_encode_fields__]
    assert not [name for name in (*names, *get_args(Flag)) if not re.search(rf"\b{name}\b", page)]
    of_log = (*SessionLogHeader.__struct_encode_fields__, *TapLine.__struct_encode_fields__)
    assert not [name for name in of_log if f"`{name}`" not in log]


def test_staged_pages_hang_together(tmp_path: Path) -> None:
    """Links to files outside of docs/ lead to pages that show them."""
    subprocess.run(
        [sys.executable, ROOT / "tools" / "documentation.py", "--stage", tmp_path / "pages"],
        check=True,
        timeout=60,
    )
    pages = list((tmp_path / "pages").rglob("*.md"))
    assert tmp_path / "pages" / "repository" / "deploy" / "nginx.conf.md" in pages
    assert "(traces.md)" in (tmp_path / "pages" / "decisions" / "index.md").read_text()
    wrong = [
        (path.relative_to(tmp_path).as_posix(), target)
        for path in pages
        for target in LINK.findall(_prose(path))
        if not re.match(r"[a-z]+:|#", target)
        and not Path(os.path.normpath(path.parent / target.partition("#")[0])).is_file()
    ]
    assert not wrong


def test_the_site_builds_strictly_and_asks_nothing_of_others() -> None:
    """Every page is built, nothing is loaded from another origin, and old addresses lead on."""
    if not (ROOT / ".tools" / "docs" / "environment" / ".lock").is_file():
        pytest.skip("the documentation's tools are not installed: `make docs` does it")
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "documentation.py"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = ROOT / SITE["site_dir"]
    loads = re.compile(r"<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//")
    built = list(site.rglob("*.html"))
    assert len(built) > 20
    assert not [named(path) for path in built if loads.search(path.read_text())]
    assert 'href="how-to/deployment.html"' in (site / "deployment.html").read_text()
