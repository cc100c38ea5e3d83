"""Globs over names: `*` stands for any run of characters, `?` for any one.

Senders choose the names, so matching takes time linear in the name for any pattern: each star
takes the shortest run after which the next piece fits, and is not tried again.
`conformance/globs.json` is the contract.
"""

import re
from collections.abc import Callable, Iterable
from string import ascii_lowercase, ascii_uppercase

Fold = Callable[[str], str]
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)


class Globs:
    """Patterns that match a name if any of them does.

    With `fold`, pattern and name are folded before they are compared. `one` stands for any one
    character.
    """

    def __init__(self, patterns: Iterable[str], fold: Fold | None = None, one: str = "?") -> None:
        self._fold = fold
        parts = [_expression(fold(pattern) if fold else pattern, one) for pattern in patterns]
        self._expression = re.compile("|".join(parts), re.DOTALL) if parts else None

    def __bool__(self) -> bool:
        """Whether there are any patterns."""
        return self._expression is not None

    def matches(self, name: str) -> bool:
        """Whether any pattern fits the whole of `name`."""
        if self._expression is None:
            return False
        return self._expression.fullmatch(self._fold(name) if self._fold else name) is not None


def ascii_case(text: str) -> str:
    """`text` with A to Z in lower case and all other characters unchanged."""
    return text.translate(_ASCII)


def any_case(text: str) -> str:
    """`text` without differences of case, as JavaScript's `toLowerCase().toUpperCase()` gives
    it.
    """
    return text.lower().upper()


def is_glob(pattern: str) -> bool:
    """Whether `pattern` has a wildcard."""
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
