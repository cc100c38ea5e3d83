"""Which route of the delivery apps an address means, as the SDKs of Segment put addresses together.

Some post to the address that they are given as it is, some append `/v1/batch` to it, some `/b`; a
slash at its end is doubled or not. None of them tells its user of a 404, so all of these are taken.
"""

from typing import Literal

from dagnet_realtime.core.segment.tracking import ROUTES

COUNTS_OF_SDKS = "m"  # a route of the tracking API whose bodies are of no use here
PIXEL = "pixel"
BARE = ""  # the address alone, as an SDK that appends nothing posts to it
_VERSION, _SETTINGS = "v1", "projects"
_ELSEWHERE = ("/api/", "/assets/")  # what most requests ask for

Kind = Literal["call", "settings", "pixel", "unknown"]


def webhook_source(path: str) -> str | None:
    """The source that `/segment/webhook/<source>` names, with any slashes around; None for another address."""
    if "/webhook/" not in path:
        return None
    first, second, *rest = [part for part in path.split("/") if part] + ["", ""]
    return "/".join(rest).rstrip("/") if (first, second) == ("segment", "webhook") else None


def tracking_route(method: str, path: str, *, tracks: bool = True) -> str | None:
    """The route of the tracking API that is meant, without `v1` and slashes around: `track`, `pixel/track`,
    `projects/<key>/settings`, or `BARE`. None for an address that is none of its own.

    Without `v1` only what SDKs post is taken for theirs, and only if any source `tracks`: anything else may be ours.
    """
    if path.startswith(_ELSEWHERE):
        return None
    parts = [part for part in path.split("/") if part]
    own = False
    while parts[:1] == [_VERSION]:
        own = True
        del parts[0]
    if own or parts[:1] == [_SETTINGS]:
        return "/".join(parts)
    if tracks and method in ("POST", "OPTIONS") and (not parts or (len(parts) == 1 and (parts[0] in ROUTES or parts[0] == COUNTS_OF_SDKS))):
        return "".join(parts)
    return None


def kind_of(route: str) -> Kind:
    """What a route of the tracking API is for."""
    if route in ROUTES or route in (BARE, COUNTS_OF_SDKS):
        return "call"
    first, *rest = route.split("/")
    if first == _SETTINGS:
        return "settings" if len(rest) == 2 and rest[1] == "settings" and len(rest[0]) <= 200 else "unknown"
    if first == PIXEL and len(rest) == 1 and ROUTES.get(rest[0].removesuffix(".gif")):
        return "pixel"
    return "unknown"
