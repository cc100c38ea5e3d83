"""A workspace that this server watches: its channel, its data folder, its policy and its sources."""

import msgspec

from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.deployment import Deployment
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.policy import Policy


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is a DagNet data repository on this machine.

    With a `deployment` the graphs come from there; `path` then holds definitions of events and nodes alone, and is "" where there are none.
    """

    channel: Channel
    path: str
    folders: Folders = USUAL
    deployment: Deployment | None = None
    policy: Policy = Policy()
    sources: tuple[Source, ...] = ()
