"""The configuration nobody writes: one folder on this machine, with two generated sources."""

import re
from collections.abc import Callable
from pathlib import Path

from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace


def workspace(folder: Path, chance: Callable[[int], bytes], *, properties: tuple[str, ...] = (), folders: Folders = USUAL) -> Workspace:
    """`folder` as workspace `<folder name>`, env `local`, with the sources `webhook` and `tracking`.

    Their secrets come from `chance` (n random bytes). Raises `Problem("not_found")` where there is no such folder, and
    `Problem("invalid")` where it holds no DagNet data.
    """
    path = folder.expanduser().resolve()
    if not path.is_dir():
        raise Problem("not_found", f"There is no folder {path}", remedy="Name a DagNet data repository: a folder that holds graphs/")
    if not (path / folders.graphs).is_dir():
        remedy = f"Name the folder that holds {folders.graphs}/, or say with --graphs-path what it is called"
        raise Problem("invalid", f"{path} is no DagNet data repository", f"It has no folder {folders.graphs}/", remedy)
    channel = Channel(re.sub(r"[^A-Za-z0-9._-]+", "-", path.name) or "workspace", "local")
    sources = (
        Source(id="webhook", channel=channel, kind="webhook", secrets=(Secret(chance(16).hex()),)),
        Source(id="tracking", channel=channel, kind="tracking", write_key=Secret(chance(12).hex())),
    )
    policy = Policy(properties=properties)
    return Workspace(channel=channel, path=str(path), folders=folders, policy=policy, sources=sources)
