"""Suggestions for a misspelt name: the known names that are most like it."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from unicodedata import normalize

MIN_LIKENESS = 0.5  # from 0 to 1; below it a name is another name
_MAX_COMPARED = 200  # characters of a name; bounds the cost of a hostile one


def similar_names(name: str, others: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """At most `limit` of `others`, the most similar to `name` first; `name` itself is left out.

    Case, spaces and punctuation don't count: `check-out` is most like `checkout`.
    """
    own = _letters(name)
    scored = ((_likeness(own, _letters(other)), other) for other in others if other != name)
    ranked = sorted(scored, key=lambda pair: -pair[0])
    return tuple(other for score, other in ranked if score >= MIN_LIKENESS)[:limit]


def _letters(name: str) -> str:
    """The letters and digits of `name` without regard to case or Unicode form.

    Turkish dotted and dotless i both become `i`.
    """
    folded = name[:_MAX_COMPARED].casefold().replace("i\u0307", "i").replace("ı", "i")
    return "".join(sign for sign in normalize("NFKC", folded) if sign.isalnum())


def _likeness(one: str, other: str) -> float:
    """Dice's coefficient of the two bags of letter pairs, 0 to 1."""
    if one == other:
        return 1.0 if one else 0.0
    pairs, others = Counter(pairwise(one)), Counter(pairwise(other))
    total = pairs.total() + others.total()
    return 2 * (pairs & others).total() / total if total else 0.0
