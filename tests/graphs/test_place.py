"""What every place promises."""

from pathlib import Path

import pytest

from dagnet_realtime.graphs.deployment import DeploymentPlace
from dagnet_realtime.graphs.folder import Folder
from dagnet_realtime.graphs.place import Place
from dagnet_realtime.model.deployment import Deployment
from tests.support.deployment import dagnet


@pytest.mark.parametrize("kind", ["folder", "deployment"])
def test_a_place_is_due_until_it_is_read_and_has_a_version_then(kind: str, tmp_path: Path) -> None:
    """GRA-26: even where nothing could be read."""
    with dagnet() as served:
        place: Place = Folder(tmp_path) if kind == "folder" else DeploymentPlace(Deployment(url=served.url, names=("a",)))
        assert place.due
        assert place.catalogue.version == ""
        place.load()
        assert not place.due
        assert place.catalogue.version
        assert place.catalogue.errors
