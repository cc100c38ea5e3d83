"""Which names one Segment message may be known by, and the one that is shown."""

from dagnet_realtime.model.entry import EventType

NAMELESS = "(track without a name)"
_WORDS = {"page": "Page", "screen": "Screen"}


def candidate_names(type: EventType | str, event: str | None, name: str | None, category: str | None) -> tuple[str, ...]:
    """The names that matching tries, in order, without repeats.

    A `track` is known by its `event`. A `page` or `screen` is known by its name, by category and name, and by the names that Segment's
    libraries and destinations derive from them (`Viewed … Page`, `Loaded a Page`). Other types have no names.
    """
    if type == "track":
        return (event,) if event else ()
    word = _WORDS.get(type)
    if word is None:
        return ()
    full = _full(name, category)
    tries = [name, full]
    for part in (full, name, category):
        if part:
            tries += [f"Viewed {part} {word}", f"Viewed {part}"]
    tries.append(f"Loaded a {word}")
    return tuple(dict.fromkeys(text for text in tries if text))


def shown_name(type: EventType | str, event: str | None, name: str | None, category: str | None) -> str:
    """The one name a person reads: the event of a `track`, Segment's derived name of a `page` or `screen`, else the type.

    A `track` without an event is `NAMELESS`, so that it is not taken for one that is called “track”.

    Where the message has candidate names, the shown one is among them.
    """
    if type == "track":
        return event or NAMELESS
    word = _WORDS.get(type)
    if word is None:
        return type
    full = _full(name, category)
    return f"Viewed {full} {word}" if full else f"Loaded a {word}"


def _full(name: str | None, category: str | None) -> str:
    """Category and name as Segment's libraries join them."""
    return " ".join(part for part in (category, name) if part)
