"""Globs over names: `*` stands for any run of characters, `?` for any one.

Names come from whoever sends events, so a match takes time linear in the name, whatever the pattern: each star takes the
shortest run after which the next piece fits, and is not tried again. `conformance/globs.json` is the contract.
"""

import re
from collections.abc import Callable, Iterable
from string import ascii_lowercase, ascii_uppercase

Fold = Callable[[str], str]
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)


class Globs:
    """Some patterns. With `fold`, pattern and name are folded before they are compared; `one` stands for any one character."""

    def __init__(self, patterns: Iterable[str], fold: Fold | None = None, one: str = "?") -> None:
        self._fold = fold
        parts = [_expression(fold(pattern) if fold else pattern, one) for pattern in patterns]
        self._expression = re.compile("|".join(parts), re.DOTALL) if parts else None

    def __bool__(self) -> bool:
        """Whether there is any pattern at all."""
        return self._expression is not None

    def matches(self, name: str) -> bool:
        """Whether any of the patterns fits the whole of `name`."""
        if self._expression is None:
            return False
        return self._expression.fullmatch(self._fold(name) if self._fold else name) is not None


def ascii_case(text: str) -> str:
    """`text` with A to Z in lower case; every other character stands for itself alone."""
    return text.translate(_ASCII)


def any_case(text: str) -> str:
    """`text` with every difference of case taken out, in Unicode's terms: what JavaScript's `toLowerCase().toUpperCase()` gives."""
    return text.lower().upper()


def is_glob(pattern: str) -> bool:
    """Whether `pattern` stands for more than its own text."""
    return "*" in pattern or "?" in pattern


def _expression(pattern: str, one: str) -> str:
    first, *rest = (
        "".join("." if char == one else re.escape(char) for char in piece)
        for piece in pattern.split("*")
    )
    if not rest:
        return first
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
    return f"{first}{middle}.*{rest[-1]}"
