"""A DagNet deployment that gives a workspace's graphs over HTTP."""

import msgspec

from dagnet_realtime.model.secret import Secret


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """`url` answers as DagNet's `/api/graph` does; it is asked for each of `names` every `interval` seconds.

    `branch` is "" for the deployment's own choice. `secret` is DagNet's; `bearer` is for whatever stands before it.
    """

    url: str
    names: tuple[str, ...]
    branch: str = ""
    secret: Secret | None = None
    bearer: Secret | None = None
    interval: float = 60.0
