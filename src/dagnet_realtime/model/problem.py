"""The one error that users see: what was wrong and what to do."""

from typing import Literal

Code = Literal[
    "invalid",
    "unauthorized",
    "forbidden",
    "not_found",
    "gone",
    "too_large",
    "unavailable",
    "rate_limited",
]

STATUS: dict[Code, int] = {
    "invalid": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "gone": 410,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
}


class Problem(Exception):
    """A refusal with a code.

    `title` is one short phrase. `detail` is what was found, never a personal value or a secret.
    `remedy` is what the reader can do. `retry_after` (seconds) is set if trying again helps.
    """

    def __init__(
        self,
        code: Code,
        title: str,
        detail: str = "",
        remedy: str = "",
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(title)
        self.code: Code = code
        self.title = title
        self.detail = detail
        self.remedy = remedy
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUS[self.code]

    def sentence(self) -> str:
        """The whole problem on one line, for a terminal."""
        return " ".join(
            part if part[-1] in "?!" else part.rstrip(".") + "."
            for part in (self.title, self.detail, self.remedy)
            if part
        )
