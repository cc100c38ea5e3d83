"""The dedupe window: fingerprints of recent message ids, evicted a generation at a time."""

from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS

_BITS = (
    1 << 60
) - 1  # what Python keeps in two digits: a third of a fingerprint's memory less than all 64 bits
GENERATIONS = 5  # the oldest may be dropped at any time, so four of them make the promised window


class DedupeWindow:
    """Remembers each fingerprint for `seconds`, or less if `entries` newer ones come before.

    A fingerprint is 60 bits of Python's own keyed hash: among a million ids, two share one with a
    chance of about 4 in 10 million. Times are milliseconds.
    """

    def __init__(
        self, at: int, seconds: float = DEDUPE_SECONDS, entries: int = DEDUPE_ENTRIES
    ) -> None:
        self._span = round(seconds * 1000)
        self._entries = max(1, entries // (GENERATIONS - 1))
        self._older: list[tuple[int, set[int]]] = []
        self._began = at
        self._ends = at + self._span / (GENERATIONS - 1)
        self._young: set[int] = set()
        self._dropped_before = at - self._span

    def start(self, at: int) -> int:
        """The moment before which fingerprints may have been evicted."""
        return max(at - self._span, self._dropped_before)

    def add_if_new(self, id: str | bytes, at: int) -> bool:
        """Adds `id`; returns whether it was new."""
        fingerprint, young = hash(id) & _BITS, self._young
        if fingerprint in young:
            return False
        for _, generation in self._older:
            if fingerprint in generation:
                return False
        if len(young) >= self._entries or at >= self._ends:
            young = self._rotate(at)
        young.add(fingerprint)
        return True

    def __len__(self) -> int:
        return len(self._young) + sum(len(generation) for _, generation in self._older)

    def _rotate(self, at: int) -> set[int]:
        """Starts the next generation and returns it."""
        self._older.append((self._began, self._young))
        self._began, self._ends, self._young = at, at + self._span / (GENERATIONS - 1), set()
        if len(self._older) >= GENERATIONS:
            del self._older[0]
            self._dropped_before = self._older[0][0]
        return self._young
