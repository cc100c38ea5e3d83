"""What authors put beside the graph: notes and frames."""

from collections.abc import Mapping

from dagnet_realtime.core.dagnet.fields import TEXT_LIMIT, colour, number, record, rows, text
from dagnet_realtime.model.graph import Container, PostIt

_LIMIT = 1_000  # notes or frames of one graph
_NOTE = 200.0, 150.0  # canvas units, where the file gives no size
_FRAME = 400.0, 300.0


def read_postits(tree: Mapping[str, object]) -> tuple[PostIt, ...]:
    """The notes, in file order."""
    return tuple(
        PostIt(text(source.get("id")) or f"postit-{place}", text(source.get("text"), TEXT_LIMIT), colour(source), *_box(source, _NOTE))
        for place, item in enumerate(rows(tree.get("postits"))[:_LIMIT])
        if (source := record(item))
    )


def read_containers(tree: Mapping[str, object]) -> tuple[Container, ...]:
    """The frames, in file order."""
    return tuple(
        Container(text(source.get("id")) or f"container-{place}", text(source.get("label")), colour(source), *_box(source, _FRAME))
        for place, item in enumerate(rows(tree.get("containers"))[:_LIMIT])
        if (source := record(item))
    )


def _box(source: Mapping[str, object], usual: tuple[float, float]) -> tuple[float, float, float, float]:
    x, y = (number(source.get(key)) or 0.0 for key in ("x", "y"))
    width, height = (
        found if (found := number(source.get(key))) and found > 0 else size for key, size in zip(("width", "height"), usual, strict=True)
    )
    return x, y, width, height
