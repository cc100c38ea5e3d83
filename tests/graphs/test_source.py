"""What every graph source keeps, and several sources combined."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dagnet_realtime.graphs.deployment import DeploymentSource
from dagnet_realtime.graphs.folder import FolderSource
from dagnet_realtime.graphs.source import GraphSources, WorkspaceSource
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.workspace import Deployment
from tests.support.deployment import dagnet


@pytest.mark.parametrize("kind", ["folder", "deployment"])
def test_a_place_is_due_until_it_is_read_and_has_a_version_then(kind: str, tmp_path: Path) -> None:
    """GRA-21: a source that was read is no longer due and has a version, even if nothing could be
    read.
    """
    with dagnet() as served:
        place: WorkspaceSource = (
            FolderSource(tmp_path)
            if kind == "folder"
            else DeploymentSource(Deployment(url=served.url, names=("a",)))
        )
        assert place.is_stale
        assert place.catalogue.version == ""
        place.load()
        assert not place.is_stale
        assert place.catalogue.version
        assert place.catalogue.errors


class Slow:
    """A place whose reading lasts until it is let go."""

    def __init__(self) -> None:
        self.catalogue = Catalogue(version="")
        self.is_stale = True
        self.reads = 0
        self.began = threading.Event()
        self.go = threading.Event()

    def load(self) -> None:
        self.reads += 1
        self.began.set()
        assert self.go.wait(30)
        self.catalogue = Catalogue(version=str(self.reads))
        self.is_stale = False

    async def watch(self, tell: Callable[[], None]) -> None:
        tell()


def test_the_first_reading_is_waited_for_and_later_ones_are_not() -> None:
    """GRA-21: two requests at a time ask once; what is there stays in use meanwhile."""
    place = Slow()
    graphs = GraphSources({"w": place})
    requests = [threading.Thread(target=graphs.refresh) for _ in range(2)]
    for request in requests:
        request.start()
    place.go.set()
    for request in requests:
        request.join(30)
    assert (place.reads, graphs.catalogue("w").version, graphs.due) == (1, "1", False)
    place.is_stale = True
    place.began.clear()
    place.go.clear()
    renewing = threading.Thread(target=graphs.refresh)
    renewing.start()
    assert place.began.wait(30)
    graphs.refresh()
    assert graphs.catalogue("w").version == "1"
    place.go.set()
    renewing.join(30)
    assert graphs.catalogue("w").version == "2"
