"""A Redis as JSON, and back: times in it are moved so that they lie as far from now as they did
when it was recorded.
"""

import json
import re
from typing import Any

import msgspec
from redis import Redis

from tests.public.place import hidden, now, shown
from tests.public.shapes import typed

NEAR = 2 * 86_400_000
"""Numbers that lie so many milliseconds before the recording, or a hundred years after it,
are times.
"""

NUMBER = re.compile(r"\d{12,14}(?=\.|\b)")


def taken(redis: "Redis") -> dict[str, Any]:
    """Every key with its type, its time to live (ms, -1 for ever) and its value."""
    keys = {}
    for key in sorted(redis.scan_iter()):
        kind = redis.type(key).decode()
        value: Any
        match kind:
            case "string":
                value = shown(redis.get(key))
            case "hash":
                value = {
                    shown(field): shown(one) for field, one in sorted(redis.hgetall(key).items())
                }
            case "set":
                value = sorted(map(shown, redis.smembers(key)))
            case "zset":
                value = {
                    shown(one): score for one, score in redis.zrange(key, 0, -1, withscores=True)
                }
            case _:
                value = [
                    [id.decode(), [[shown(f), shown(v)] for f, v in fields.items()]]
                    for id, fields in redis.xrange(key)
                ]
        keys[shown(key)] = {"type": kind, "ttl": redis.pttl(key), "value": value}
    return {"at": now(), "keys": keys}


def loaded(redis: "Redis", dump: dict[str, Any]) -> None:
    """Puts it into an empty Redis."""
    later = now() - dump["at"]

    def moved(text: str) -> str:
        if text.startswith("base64:"):
            return text
        return NUMBER.sub(
            lambda found: (
                str(int(found[0]) + later) if abs(int(found[0]) - dump["at"]) < NEAR else found[0]
            ),
            text,
        )

    for key, told in dump["keys"].items():
        value = told["value"]
        match told["type"]:
            case "string":
                redis.set(key, hidden(moved(value)))
            case "hash":
                redis.hset(
                    key, mapping={hidden(field): hidden(moved(one)) for field, one in value.items()}
                )
            case "set":
                redis.sadd(key, *map(hidden, value))
            case "zset":
                redis.zadd(
                    key, {hidden(one): float(moved(f"{score:.0f}")) for one, score in value.items()}
                )
            case _:
                for id, fields in value:
                    words = [part for field, one in fields for part in (hidden(field), hidden(one))]
                    redis.execute_command("XADD", key, moved(id), *words)
        if told["ttl"] > 0:
            redis.pexpire(key, told["ttl"])


def shapes(dump: dict[str, Any]) -> list[str]:
    """Keys, types and fields, without what differs each time."""
    found = []
    for key, told in dump["keys"].items():
        value, kind = told["value"], told["type"]
        fields = (
            sorted({_masked(field) for field in value})
            if kind == "hash"
            else sorted({_masked(one[0]) for _, one_ in value for one in one_})
            if kind == "stream"
            else []
        )
        found.append(
            f"{_masked(key)} {kind} {'lapses' if told['ttl'] > 0 else 'stays'} {' '.join(fields)}".rstrip()
        )
    return sorted(set(found))


def values(dump: dict[str, Any]) -> list[str]:
    """What is stored under each key: text and numbers as they stand,
    without what differs each time.
    """
    found = []
    for key, told in dump["keys"].items():
        value = told["value"]
        match told["type"]:
            case "string":
                said = [_said(value)]
            case "stream":
                said = [
                    f"{_masked(field)}: {_said(one)}"
                    for _, fields in value
                    for field, one in fields
                ]
            case "hash":
                said = [f"{_masked(field)}: {_said(one)}" for field, one in value.items()]
            case "zset":
                said = [f"{_masked(one)}: {_said(f'{score:.0f}')}" for one, score in value.items()]
            case _:
                said = [_masked(one) for one in value]
        found += [f"{_masked(key)} {one}".rstrip() for one in dict.fromkeys(said)]
    return sorted(set(found))


def _said(text: str) -> str:
    """A stored value; of maps only their names and whether they hold text,
    since counts and moments differ.
    """
    packed = text.startswith("base64:")
    value = msgspec.msgpack.decode(hidden(text)) if packed else text
    if packed:
        return (
            json.dumps(typed(value), sort_keys=True)
            if isinstance(value, dict)
            else _masked(json.dumps(value))
        )
    head, _, tail = text.partition(" {")
    return (
        f"{_masked(head)} {json.dumps(typed(json.loads('{' + tail)), sort_keys=True)}"
        if tail
        else _masked(re.sub(r"\d+\.\d{6}", "<number>", text))
    )


def _masked(text: str) -> str:
    text = re.sub(r"\b\d{13}(\.\d+)?\b", "<ms>", text)
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "<hex>", text)
    return re.sub(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{20,43}(?![A-Za-z0-9_-])", "<id>", text)
