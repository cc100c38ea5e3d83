"""How far a view can be trusted: what is exact, sampled, kept and shown of its events."""

from collections.abc import Sequence
from hashlib import blake2s

import msgspec

from dagnet_realtime.core.identifiers import PERSONAL
from dagnet_realtime.model.frame import Guarantees
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS
from dagnet_realtime.model.workspace import Policy

TOO_MANY_FILTERS = (
    "This channel has many different filters already, so yours runs in the browser: "
    "all events still come."
)
MAX_FILE_WARNINGS = 5  # sentences; `dagnet-realtime check` has the rest


def guarantees_for(
    policy: Policy,
    needed: frozenset[str],
    troubles: Sequence[str] = (),
    *,
    in_browser: bool = False,
) -> Guarantees:
    """The guarantees of a view under `policy`.

    `needed` are the properties that the graphs' own filters read. `troubles` are sentences about
    the view's files. With `in_browser` the view's filter runs in the browser.
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
    """The guarantees of a view that a function in Segment publishes.

    Counts are not exact, nothing is kept, and the browser removes repeats.
    """
    guarantees = guarantees_for(policy, needed, troubles)
    return msgspec.structs.replace(
        guarantees,
        exact_counts=False,
        dedupe_window=0.0,
        dedupe_entries=0,
        retention=0.0,
        filtered="browser",
    )


def file_warnings(catalogue: Catalogue, graph: Graph) -> tuple[str, ...]:
    """Sentences about files that cannot be read: the graph's own, and those that all graphs
    need.
    """
    errors = [
        error
        for error in catalogue.errors
        if error.file == graph.file or not error.file.startswith("graphs/")
    ]
    warnings = [
        f"{error.file} {error.text.rstrip('.')}. It is read again as soon as it is saved."
        for error in errors[:MAX_FILE_WARNINGS]
    ]
    if len(errors) > MAX_FILE_WARNINGS:
        warnings.append(
            f"{len(errors) - MAX_FILE_WARNINGS} more files cannot be read: "
            "`dagnet-realtime check` names them all."
        )
    if graph.name not in catalogue.graphs:
        warnings.append("This graph is shown as it was; once it is off it cannot be opened again.")
    return tuple(warnings)


def policy_version(policy: Policy) -> str:
    """A digest of everything in the policy that a viewer could notice; secrets are left out."""
    public = msgspec.structs.replace(policy, token_key=None, relay=None)
    return blake2s(msgspec.msgpack.encode(public), digest_size=6).hexdigest()
