"""How far a view can be trusted, in the words of the strip."""

from collections.abc import Sequence
from hashlib import blake2s

import msgspec

from dagnet_realtime.core.identifiers import PERSONAL
from dagnet_realtime.model.frame import Guarantees
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS
from dagnet_realtime.model.workspace import Policy

TOO_MANY_FILTERS = "This channel has many different filters already, so yours runs in the browser: all events still come."


MOST_NOTES = 5  # sentences about files; who has more of them wants `dagnet-realtime check`


def guarantees_for(
    policy: Policy,
    needed: frozenset[str],
    troubles: Sequence[str] = (),
    *,
    in_browser: bool = False,
) -> Guarantees:
    """`needed` are the properties that the graphs' own filters read; `troubles` are sentences about files that the view stands on;
    `in_browser` says that the view's filter is left to the browser.
    """
    return Guarantees(
        identity=policy.identity,
        sample=policy.sample,
        carried_per_second=policy.carried_per_second,
        dedupe_window=DEDUPE_SECONDS,
        dedupe_entries=DEDUPE_ENTRIES,
        retention=policy.retention,
        properties=tuple(sorted({*policy.properties, *needed})),
        deny=policy.deny,
        trace=tuple(
            kind
            for kind in policy.trace
            if not (policy.identity == "trace_id" and kind in PERSONAL)
        ),
        redacted=policy.identity != "reveal",
        filtered="browser" if in_browser else "server",
        notes=((TOO_MANY_FILTERS,) if in_browser else ()) + tuple(troubles),
    )


def guarantees_for_function(
    policy: Policy, needed: frozenset[str], troubles: Sequence[str] = ()
) -> Guarantees:
    """The posture of a view that no server counts for: nothing is exact, nothing is kept, and the browser tells repeats apart."""
    posture = guarantees_for(policy, needed, troubles)
    return msgspec.structs.replace(
        posture,
        exact_counts=False,
        dedupe_window=0.0,
        dedupe_entries=0,
        retention=0.0,
        filtered="browser",
    )


def file_warnings(catalogue: Catalogue, graph: Graph) -> tuple[str, ...]:
    """What a viewer of `graph` must know of its files: its own that broke or went, and those that every graph needs."""
    concern = [
        error
        for error in catalogue.errors
        if error.file == graph.file or not error.file.startswith("graphs/")
    ]
    told = [
        f"{error.file} {error.text.rstrip('.')}. It is read again as soon as it is saved."
        for error in concern[:MOST_NOTES]
    ]
    if len(concern) > MOST_NOTES:
        told.append(
            f"{len(concern) - MOST_NOTES} more files cannot be read: `dagnet-realtime check` names them all."
        )
    if graph.name not in catalogue.graphs:
        told.append("This graph is shown as it was; once it is off it cannot be opened again.")
    return tuple(told)


def policy_version(policy: Policy) -> str:
    """Changes when anything of the policy changes that a viewer could notice; secrets are no part of it."""
    public = msgspec.structs.replace(policy, token_key=None, relay=None)
    return blake2s(msgspec.msgpack.encode(public), digest_size=6).hexdigest()
