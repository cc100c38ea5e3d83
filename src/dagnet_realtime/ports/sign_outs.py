"""Which cookies are worth nothing although they have not lapsed: whoever had them signed out, at whichever process."""

from typing import Protocol


class SignOuts(Protocol):
    """Ended sign-ins by the `kind` of cookie and their own id. Methods raise `Problem("unavailable")` where nobody can know."""

    async def end(self, kind: str, id: str, until: int) -> bool:
        """Ends what would have lapsed at `until` (ms since 1970); whether it was the first to do so, over all processes."""
        ...

    async def ended(self, kind: str, id: str) -> bool:
        """Whether it was ended, by any process, a second ago or earlier."""
        ...
