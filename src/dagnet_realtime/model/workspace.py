"""A workspace that this server watches: its channel, its data folder, its policy and its sources."""

import msgspec

from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.policy import Policy


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is a DagNet data repository on this machine."""

    channel: Channel
    path: str
    policy: Policy = Policy()
    sources: tuple[Source, ...] = ()
