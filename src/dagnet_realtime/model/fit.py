"""How much of a view a provider's messages have lately held."""

import msgspec


class Fit(msgspec.Struct, frozen=True):
    """Traces below `threshold` fitted at `at` (seconds); `lowest` is the lowest threshold since `cut_at`, when one was last cut."""

    threshold: float = 1.0
    at: float = 0.0
    lowest: float = 1.0
    cut_at: float = 0.0
