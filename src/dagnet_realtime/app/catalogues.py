"""Where each workspace's graphs come from: a folder on this machine, or a deployment with a folder of definitions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dagnet_realtime.graphs.deployment import DeploymentPlace
from dagnet_realtime.graphs.folder import Folder, FolderGraphs
from dagnet_realtime.graphs.place import Place
from dagnet_realtime.graphs.places import PlaceGraphs
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.workspace import Workspace


def graphs_of(workspaces: Sequence[Workspace]) -> PlaceGraphs:
    """The source of all graphs, not yet read."""
    return PlaceGraphs({one.channel.workspace: _place(one) for one in workspaces})


def catalogues_of(workspaces: Sequence[Workspace]) -> dict[str, Catalogue]:
    """The catalogue of each workspace, by its id, read once; what cannot be read is said in their errors."""
    graphs = graphs_of(workspaces).load()
    return {one.channel.workspace: graphs.catalogue(one.channel.workspace) for one in workspaces}


def read_catalogues(folders: Mapping[str, Path], layout: Folders = USUAL) -> dict[str, Catalogue]:
    """The catalogue of each folder, by workspace id; what cannot be read is said in their errors."""
    graphs = FolderGraphs(folders, layout=layout).load()
    return {id: graphs.catalogue(id) for id in folders}


def _place(workspace: Workspace) -> Place:
    if workspace.deployment is None:
        return Folder(Path(workspace.path), deny=workspace.policy.deny, layout=workspace.folders)
    definitions = Path(workspace.path) if workspace.path else None
    return DeploymentPlace(workspace.deployment, definitions, deny=workspace.policy.deny, layout=workspace.folders)
