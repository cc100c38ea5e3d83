"""How far a view can be trusted, in the words of the strip."""

from hashlib import blake2s

import msgspec

from dagnet_realtime.core.identifiers import PERSONAL
from dagnet_realtime.core.window import WINDOW_ENTRIES, WINDOW_SECONDS
from dagnet_realtime.model.frame import Posture
from dagnet_realtime.model.policy import Policy

TOO_MANY_FILTERS = "This channel has many different filters already, so yours runs in the browser: all events still come."


def posture_of(policy: Policy, needed: frozenset[str], *, in_browser: bool = False) -> Posture:
    """`needed` are the properties that the graphs' own filters read; `in_browser` that the view's filter is left to the browser."""
    return Posture(
        identity=policy.identity,
        sample=policy.sample,
        carried_per_second=policy.carried_per_second,
        dedupe_window=WINDOW_SECONDS,
        dedupe_entries=WINDOW_ENTRIES,
        retention=policy.retention,
        properties=tuple(sorted({*policy.properties, *needed})),
        deny=policy.deny,
        trace=tuple(kind for kind in policy.trace if not (policy.identity == "trace_id" and kind in PERSONAL)),
        redacted=policy.identity != "reveal",
        filtered="browser" if in_browser else "server",
        notes=(TOO_MANY_FILTERS,) if in_browser else (),
    )


def version_of(policy: Policy) -> str:
    """Changes when anything of the policy changes that a viewer could notice; secrets are no part of it."""
    public = msgspec.structs.replace(policy, token_key=None, relay=None)
    return blake2s(msgspec.msgpack.encode(public), digest_size=6).hexdigest()
