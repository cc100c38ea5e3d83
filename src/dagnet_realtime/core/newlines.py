"""Lines of JSON and of event streams, which end at a line feed and nowhere else.

`str.splitlines` and httpx's `iter_lines` also split at U+2028, U+2029 and U+0085, which JSON may
hold as they are.
"""

from collections.abc import Iterable, Iterator


def split_lines(text: str) -> list[str]:
    """The lines of `text`, without their ends; CR LF is an end too."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if not lines[-1]:
        lines.pop()
    return lines


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in chunks, each as soon as it is complete."""
    begun: list[str] = []
    for chunk in chunks:
        first, *more = chunk.split("\n")
        begun.append(first)
        for line in more:
            yield "".join(begun).removesuffix("\r")
            begun = [line]
    if last := "".join(begun).removesuffix("\r"):
        yield last
