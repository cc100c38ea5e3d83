"""Writes the fixtures anew: `python -m tests.public.record [NAME…]`. Look at the difference before it is committed."""

import sys
from collections.abc import Callable

from tests.public import documented, recorded

DOCUMENTED: tuple[Callable[[], list[str]], ...] = (
    documented.routes,
    documented.problems,
    documented.components,
    documented.frames,
    documented.session_log,
    documented.configuration,
    documented.commands,
    documented.exit_codes,
)


def main(wanted: list[str]) -> None:
    """Records what is named, everything if nothing is."""
    jobs: dict[str, Callable[[], None]] = {}
    for told in DOCUMENTED:
        jobs[told.__name__] = lambda told=told: recorded.write(told.__name__, told())  # type: ignore[misc]
    for name in wanted or jobs:
        jobs[name]()
        print(f"recorded {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
