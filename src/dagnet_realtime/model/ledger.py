"""Where every received event went. Both ledgers always sum."""

import msgspec


class Door(msgspec.Struct):
    """One source at the door, since this process began:
    `received = sum(refused.values()) + rate_limited + unwatched + duplicate + taken`.

    A delivery that cannot be parsed counts as one event. The door's intake is the only writer. Beside the sum: `placeholder` counts
    events with a placeholder for an identifier, `shared_id` those with one for a message id, repeats of it included.
    """

    received: int = 0
    refused: dict[str, int] = {}
    rate_limited: int = 0
    unwatched: int = 0
    duplicate: int = 0
    taken: int = 0
    placeholder: int | msgspec.UnsetType = msgspec.UNSET
    shared_id: int | msgspec.UnsetType = msgspec.UNSET


class Ledger(msgspec.Struct, frozen=True):
    """What one frame's range `(from, position]` offered to one view:
    `offered = lit + unmapped + filtered + missed` and `lit + unmapped = carried + thinned + sampled_out + forgotten`.

    `forgotten` events count, and were a person's who asked to be forgotten.
    """

    offered: int = 0
    lit: int = 0
    unmapped: int = 0
    filtered: int = 0
    missed: int = 0
    carried: int = 0
    thinned: int = 0
    sampled_out: int = 0
    forgotten: int = 0


class RelayLedger(msgspec.Struct):
    """What one relay carried since this process began, in messages, since that is what providers bill: `published` to the provider, and
    `delivered` as far as it tells how many subscribe. `failed` ones it did not take; viewers fetch what those held by poll.
    """

    published: int = 0
    delivered: int = 0
    failed: int = 0
