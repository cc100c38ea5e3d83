"""A value that is never printed: shared secrets, write keys, token keys."""

from typing import final


@final
class Secret:
    """Holds bytes; `repr`, `str` and formatting show only that there is a secret."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str) -> None:
        self._value = value.encode() if isinstance(value, str) else value

    def reveal(self) -> bytes:
        """The bytes themselves, for the one computation that needs them."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
