"""Reads DagNet folders once, for commands that only look."""

from collections.abc import Mapping
from pathlib import Path

from dagnet_realtime.graphs.folder import FolderGraphs
from dagnet_realtime.model.graph import Catalogue


def read_catalogues(folders: Mapping[str, Path]) -> dict[str, Catalogue]:
    """The catalogue of each folder, by workspace id; what cannot be read is said in their errors."""
    graphs = FolderGraphs(folders).load()
    return {id: graphs.catalogue(id) for id in folders}
