"""Event definitions: an event's names and filters, and the files and indexes that hold them."""

from collections.abc import Callable, Mapping

import msgspec

from dagnet_realtime.core.dagnet.decode import NAME_LIMIT, as_list, as_mapping, first_text, text
from dagnet_realtime.core.dagnet.unmatchable import assess_filter, unmatchable_values
from dagnet_realtime.core.matching import KNOWN_OPERATORS
from dagnet_realtime.model.graph import Filter, Rule, Warning


def safe_path(path: str) -> str | None:
    """`path` normalised, relative to the workspace's folder.

    None if it leads out of the folder or is not a YAML file.
    """
    if (
        not path
        or "\\" in path
        or ":" in path
        or path.startswith(("/", "~"))
        or any(ord(sign) < 32 for sign in path)
    ):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or len(path) > 512 or not path.endswith((".yaml", ".yml")):
        return None
    return "/".join(parts)


def stem(path: str) -> str:
    """The file's name without folder and extension."""
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def in_folder(path: str, folder: str, *endings: str) -> bool:
    """Whether `path` lies directly in `folder` with one of `endings`, and is no editor's scratch
    file.
    """
    head, slash, name = path.rpartition("/")
    return (
        bool(slash)
        and head == folder
        and name.endswith(endings)
        and not name.startswith((".", "#", "~"))
    )


_ITEM_LIMIT = 500  # filters of one event, values of one filter; real files have below ten


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """An event as one file defines it.

    `segment` and `amplitude` are its names at those providers, empty if the file gives none.
    """

    event_id: str
    file: str
    segment: tuple[str, ...] = ()
    amplitude: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    warnings: tuple[Warning, ...] = ()

    def names(self) -> tuple[Rule, tuple[str, ...]]:
        """The rule that applies and the names to match: Segment's and Amplitude's, else the event
        id.

        DagNet's own numbers are of Amplitude's name, and what a product sends may have either.
        """
        if self.segment:
            return "segment", tuple(dict.fromkeys((*self.segment, *self.amplitude)))
        if self.amplitude:
            return "amplitude", self.amplitude
        return "event_id", (self.event_id,)


def deny_nothing(_path: str) -> bool:
    """A policy that denies no property."""
    return False


def read_definition(
    event_id: str,
    file: str,
    source: Mapping[str, object],
    denied: Callable[[str], bool] = deny_nothing,
) -> Definition:
    """The definition of `event_id` in the tree `source` of `file`.

    `denied` says whether the policy denies a property. Older shapes are accepted too:
    `provider_events`, and `event_type` beside `provider`.
    """
    warnings: list[Warning] = []
    maps = [as_mapping(source.get(key)) for key in ("provider_event_names", "provider_events")]
    named = {
        provider: next((names for one in maps if (names := _names(one.get(provider)))), ())
        for provider in ("segment", "amplitude")
    }
    older = _names(source.get("event_type"))
    if older and not any(named.values()):
        named["segment" if source.get("provider") == "segment" else "amplitude"] = older
    warnings += [
        Warning(
            "name_spaces",
            file,
            f"The event name “{name}” begins or ends with a space; names match exactly.",
        )
        for name in (*named["segment"], *named["amplitude"])
        if name != name.strip()
    ]
    both = set(named["segment"]), set(named["amplitude"])
    if all(both) and both[0] != both[1]:
        message = (
            f"Segment's name “{named['segment'][0]}” and Amplitude's “{named['amplitude'][0]}”"
        )
        warnings.append(
            Warning(
                "two_names",
                file,
                f"{message} differ and both light; an action that sends both counts twice.",
            )
        )
    status = first_text(as_mapping(source.get("metadata")), "status")
    if status == "deprecated":
        warnings.append(
            Warning("deprecated", file, f"The event “{event_id}” is marked as deprecated.")
        )
    return Definition(
        event_id=event_id,
        file=file,
        segment=named["segment"],
        amplitude=named["amplitude"],
        filters=_filters(source.get("amplitude_filters"), file, denied, warnings),
        warnings=tuple(warnings),
    )


def has_own_definition(source: Mapping[str, object]) -> bool:
    """Whether the tree has an event's names or filters, as node files with their own definition
    do.
    """
    keys = ("provider_event_names", "provider_events", "amplitude_filters")
    return any(source.get(key) for key in keys)


def _names(value: object) -> tuple[str, ...]:
    """One name, or several if `value` is a list."""
    found = (text(item) for item in (value if isinstance(value, list) else [value])[:_ITEM_LIMIT])
    return tuple(dict.fromkeys(name for name in found if name))


def _filters(
    value: object, file: str, denied: Callable[[str], bool], warnings: list[Warning]
) -> tuple[Filter, ...]:
    filters = []
    for item in as_list(value)[:_ITEM_LIMIT]:
        source = as_mapping(item)
        path = text(source.get("property"))
        raw = source.get("values", source.get("value"))
        values = tuple(
            dict.fromkeys(
                text(one, NAME_LIMIT * 4)
                for one in (raw if isinstance(raw, list) else [raw])[:_ITEM_LIMIT]
                if one is not None
            )
        )
        if not path or not values:
            warnings.append(
                Warning(
                    "filter_broken",
                    file,
                    "A filter without a property or without values is left out.",
                )
            )
            continue
        operator = " ".join(text(source.get("operator")).lower().split()) or "is"
        if operator not in KNOWN_OPERATORS:
            warnings.append(
                Warning(
                    "unknown_operator",
                    file,
                    f"The operator “{operator}” on “{path}” is not known and counts as “is”.",
                )
            )
        user = source.get("property_type") == "user"
        if user:
            message = (
                f"“{path}” is a user property: an event satisfies the filter only if it carries "
                "it in context.traits."
            )
            warnings.append(Warning("user_property", file, message))
        made = assess_filter(Filter(path, operator, values, "user" if user else "event"), denied)
        lost = unmatchable_values(made)
        if made.unkept:
            warnings.append(
                Warning(
                    "unkept",
                    file,
                    f"“{path}” is not kept here, {made.unkept}: the filter can never be met.",
                )
            )
        elif made.unsure or lost:
            several = ", ".join(f"“{value}”" for value in lost or values)
            message = (
                f"Of “{path}” redaction may keep another text than {several}: what it changed is "
                "not known to satisfy the filter."
            )
            warnings.append(Warning("unkept", file, message))
        filters.append(made)
    return tuple(filters)


class Row(msgspec.Struct, frozen=True):
    """One entry of an index. `path` is None if `named` is no file that may be read."""

    id: str
    path: str | None
    named: str
    event_id: str


def index_rows(tree: object, kind: str) -> dict[str, Row]:
    """The entries of an index by id; the first of equal ids wins.

    `kind` is "events" or "nodes", for `events-index.yaml` or `nodes-index.yaml`.
    """
    found: dict[str, Row] = {}
    for item in as_list(as_mapping(tree).get(kind)):
        source = as_mapping(item)
        id, named = text(source.get("id")), text(source.get("file_path"), 512)
        if id:
            found.setdefault(id, Row(id, safe_path(named), named, text(source.get("event_id"))))
    return found


class DefinitionIndex:
    """Finds definitions and node files.

    `trees` maps the paths of readable YAML files to their content. `denied` says whether the policy
    denies a property.
    """

    def __init__(
        self, trees: Mapping[str, object], denied: Callable[[str], bool] = deny_nothing
    ) -> None:
        self._trees = trees
        self._denied = denied
        self.events = index_rows(trees.get("events-index.yaml"), "events")
        self.nodes = index_rows(trees.get("nodes-index.yaml"), "nodes")
        self._known: dict[tuple[str, str], Definition | None] = {}
        self._event_ids: tuple[str, ...] | None = None

    def definition(self, event_id: str, node_id: str) -> Definition | None:
        """The definition of `event_id`, None if there is none.

        It is looked up in the file that the index names, then in the event's own file, then in the
        file of the node `node_id`.
        """
        key = (event_id, node_id)
        if key not in self._known:
            path = self.definition_path(event_id)
            if path is None:
                path, source = self.node_file(node_id)
                self._known[key] = (
                    read_definition(event_id, path, source, self._denied)
                    if has_own_definition(source)
                    else None
                )
            else:
                self._known[key] = read_definition(
                    event_id, path, as_mapping(self._trees[path]), self._denied
                )
        return self._known[key]

    def definition_path(self, event_id: str) -> str | None:
        """The file that defines `event_id`, None if there is none."""
        return self._find(self.events, "events", event_id)

    def node_file(self, node_id: str) -> tuple[str, Mapping[str, object]]:
        """The path and tree of the node's own file, both empty if it has none."""
        path = self._find(self.nodes, "nodes", node_id) if node_id else None
        return (path, as_mapping(self._trees[path])) if path else ("", {})

    def definition_files(self) -> dict[str, str]:
        """All files under `events/`, with the event id of each."""
        listed = {row.path: row.id for row in reversed(self.events.values()) if row.path}
        return {
            path: listed.get(path) or stem(path)
            for path in self._trees
            if path.startswith("events/")
        }

    def event_ids(self) -> tuple[str, ...]:
        """The ids of all events that have a file, sorted."""
        if self._event_ids is None:
            self._event_ids = tuple(sorted(self.definition_files().values()))
        return self._event_ids

    def has(self, path: str) -> bool:
        """Whether the file exists and could be read."""
        return path in self._trees

    def _find(self, index: Mapping[str, Row], folder: str, id: str) -> str | None:
        row = index.get(id)
        tries = [row.path] if row and row.path else []
        tries += [f"{folder}/{id}.yaml", f"{folder}/{id}.yml"]
        return next((path for path in tries if isinstance(self._trees.get(path), dict)), None)
