"""Folders that change while sessions watch."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dagnet_realtime.graphs.folder import FolderGraphs
from dagnet_realtime.model.problem import Problem


def graph(*labels: str) -> str:
    return json.dumps({"nodes": [{"uuid": label, "label": label} for label in labels], "edges": []})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "graphs").mkdir()
    (tmp_path / "graphs/shop.json").write_text(graph("A"))
    return tmp_path


async def heard(changes: AsyncIterator[str]) -> str:
    async with asyncio.timeout(20):
        return await anext(changes)


def labels(graphs: FolderGraphs) -> list[str]:
    return [node.label for node in graphs.catalogue("w").graphs["shop"].nodes]


async def test_a_folder_is_read_at_once_and_again_when_a_file_is_replaced(root: Path) -> None:
    """GRA-14: a change is read while watching, and every listener hears of it."""
    async with FolderGraphs({"w": root}, interval=0.2).load() as graphs:
        assert labels(graphs) == ["A"]
        one, other = graphs.changes(), graphs.changes()
        scratch = root / "graphs/.shop.json.tmp"
        scratch.write_text(graph("A", "B"))
        scratch.replace(root / "graphs/shop.json")
        assert await heard(one) == "w"
        assert await heard(other) == "w"
        assert labels(graphs) == ["A", "B"]


async def test_a_file_that_breaks_keeps_its_last_good_version(root: Path) -> None:
    """GRA-14: a broken save is said and changes nothing else."""
    async with FolderGraphs({"w": root}, interval=0.2).load() as graphs:
        changes = graphs.changes()
        (root / "graphs/shop.json").write_text("{")
        await heard(changes)
        assert labels(graphs) == ["A"]
        (error,) = graphs.catalogue("w").errors
        assert error.file == "graphs/shop.json"
        assert "last good version" in error.text
        (root / "graphs/shop.json").write_text(graph("C"))
        await heard(changes)
        assert labels(graphs) == ["C"]
        assert graphs.catalogue("w").errors == ()


async def test_a_folder_that_goes_and_comes_back_is_followed_again(root: Path) -> None:
    """GRA-14: the whole folder may vanish and return."""
    async with FolderGraphs({"w": root}, interval=0.2).load() as graphs:
        changes = graphs.changes()
        shutil.rmtree(root)
        while (
            graphs.catalogue("w").errors == ()
            or "does not exist" not in graphs.catalogue("w").errors[0].text
        ):
            await heard(changes)
        assert labels(graphs) == ["A"]
        (root / "graphs").mkdir(parents=True)
        (root / "graphs/shop.json").write_text(graph("D"))
        while labels(graphs) != ["D"]:
            await heard(changes)
        (root / "graphs/shop.json").write_text(graph("E"))
        while labels(graphs) != ["E"]:
            await heard(changes)
        assert graphs.catalogue("w").errors == ()


async def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """GRA-14: a folder that is made later is found."""
    async with FolderGraphs({"w": tmp_path / "later"}, interval=0.1).load() as graphs:
        assert "does not exist" in graphs.catalogue("w").errors[0].text
        changes = graphs.changes()
        (tmp_path / "later/graphs").mkdir(parents=True)
        (tmp_path / "later/graphs/shop.json").write_text(graph("A"))
        while "shop" not in graphs.catalogue("w").graphs:
            await heard(changes)


async def test_listeners_end_when_the_source_closes_and_closing_twice_is_harmless(
    root: Path,
) -> None:
    """GRA-14: closing a source ends its listeners."""
    graphs = FolderGraphs({"w": root}).load()
    async with graphs:
        waiting = asyncio.ensure_future(anext(graphs.changes(), None))
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        assert await waiting is None
    await graphs.__aexit__(None, None, None)


def test_an_unknown_workspace_is_a_problem(root: Path) -> None:
    """HUB-1: asking for a workspace that is not there says so."""
    with pytest.raises(Problem) as caught:
        FolderGraphs({"w": root}).load().catalogue("other")
    assert caught.value.code == "not_found"
