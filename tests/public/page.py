"""A server as an open page of an earlier version asks it: the recorded requests,
and what they are answered.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.public.place import Place, cookie_of
from tests.public.shapes import typed
from tests.public.signed import URL, started

NODE = "72d5e4da-744c-53c6-8fa4-1771b116c8c8"
"""A node of the sample's graph that listens."""


def asked(requests: list[dict[str, Any]]) -> list[str]:
    """Every request in order with its status and the fields of its answer,
    by a browser that is signed in at a demo.
    """
    with (
        tempfile.TemporaryDirectory() as name,
        started("demo", "--port", "0", "--no-browser", folder=Path(name)) as place,
    ):
        link = next(line for line in place.program.lines if "?key=" in line)
        answer = place.ask("GET", "/", params={"key": link.partition("?key=")[2].strip()})
        page, cookie = answer.headers["location"].partition("#page=")[2], cookie_of(answer)
        known = {"THE-PAGE": page, "NODE": NODE, "shop/test": "shop/local", '"test"': '"local"'}
        return [_answered(place, cookie, one, known) for one in requests]


def _answered(place: Place, cookie: str, request: dict[str, Any], known: dict[str, str]) -> str:
    text = json.dumps(request)
    for word, value in known.items():
        text = text.replace(word, value)
    said = json.loads(text)
    more = {
        "headers": {**said["headers"], "origin": URL},
        **({"content": json.dumps(said["body"])} if said["body"] is not None else {}),
    }
    with place.http.stream(
        said["method"], said["url"], **{**more, "headers": {**more["headers"], "cookie": cookie}}
    ) as answer:
        kind = answer.headers.get("content-type", "-")
        body = (
            next(answer.iter_lines())
            if kind.startswith("text/event-stream")
            else answer.read().decode()
        )
    found = json.loads(body) if "json" in kind else body
    if answer.status_code == 201 and "watch_session_id" in body:
        known.update(SESSION=found["watch_session_id"], POSITION=found["position"])
    fields = json.dumps(typed(found), sort_keys=True) if "json" in kind else ""
    return f"{request['method']} {request['url']} -> {answer.status_code} {kind} {fields}".rstrip()
