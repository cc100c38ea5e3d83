"""A DagNet graph: what is drawn, and what matching needs."""

from typing import Literal

import msgspec

Rule = Literal["segment", "amplitude", "event_id"]
Side = Literal["left", "right", "top", "bottom"]


class Warning(msgspec.Struct, frozen=True):
    """An oddity in the files that does not stop the graph: a code, where it is, and a sentence."""

    code: str
    where: str
    text: str


class Filter(msgspec.Struct, frozen=True):
    """One condition of an event definition; `values` are alternatives.

    `unkept` says why redaction never keeps a matching value, so that the condition can never hold.
    `unsure` are texts that redaction may have put in place of an unwanted value, so that a negative
    condition cannot be known to hold for them.
    """

    property: str
    operator: str
    values: tuple[str, ...]
    property_type: Literal["event", "user"] = "event"
    unkept: str | msgspec.UnsetType = msgspec.UNSET
    unsure: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class EventBinding(msgspec.Struct, frozen=True, kw_only=True):
    """The event that lights a node: its names, the rule they come from, and filters that must all
    hold.
    """

    node: str
    label: str
    event_id: str
    names: tuple[str, ...]
    rule: Rule
    filters: tuple[Filter, ...] = ()


class Variant(msgspec.Struct, frozen=True):
    """One arm of a case node and its share of the traffic, 0 to 1."""

    name: str
    weight: float


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the graph.

    `x` and `y` are the top-left corner in canvas units, None if the file has no layout. `dark` says
    why the node can never light; "" if it can.
    """

    uuid: str
    id: str = ""
    label: str = ""
    type: Literal["normal", "case"] = "normal"
    event_id: str = ""
    absorbing: bool = False
    outcome: str = ""
    start: bool = False
    x: float | None = None
    y: float | None = None
    colour: str = ""
    description: str = ""
    url: str = ""
    variants: tuple[Variant, ...] = ()
    dark: str = ""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A connection from `source` to `target` (node uuids).

    `p` is its probability (on case edges: variant weight × mean), None if unknown.
    """

    uuid: str
    id: str = ""
    source: str
    target: str
    source_face: Side = "right"
    target_face: Side = "left"
    p: float | None = None
    label: str = ""
    variant: str = ""
    conditional: bool = False


class Note(msgspec.Struct, frozen=True):
    """A note on the canvas."""

    id: str
    text: str
    colour: str
    x: float
    y: float
    width: float
    height: float


class Container(msgspec.Struct, frozen=True):
    """A labelled frame on the canvas."""

    id: str
    label: str
    colour: str
    x: float
    y: float
    width: float
    height: float


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """One graph with its event bindings.

    `name` is the file's stem and identifies the graph; `version` changes with any of its content.
    """

    name: str
    file: str
    version: str
    title: str = ""
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    listens: tuple[EventBinding, ...] = ()
    postits: tuple[Note, ...] = ()
    containers: tuple[Container, ...] = ()
    warnings: tuple[Warning, ...] = ()


class FileError(msgspec.Struct, frozen=True):
    """A file that could not be read, and why. Other files are unaffected."""

    file: str
    text: str


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All graphs of one workspace at one moment.

    `needed` are the paths that their filters read, in properties or traits. `warnings` are about
    files rather than one graph: indexes that disagree with the files, unused definitions.
    """

    version: str
    graphs: dict[str, Graph] = {}
    errors: tuple[FileError, ...] = ()
    needed: frozenset[str] = frozenset()
    warnings: tuple[Warning, ...] = ()
