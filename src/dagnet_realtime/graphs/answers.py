"""What a deployment's `/api/graph` answers: an envelope around a graph, or the graph itself."""

import re

import msgspec

from dagnet_realtime.core.dagnet.texts import JSON_LIMIT
from dagnet_realtime.core.dagnet.unreadable import Unreadable

LARGEST = JSON_LIMIT + 64 * 1024  # bytes of an answer: the largest graph that is read, and what is around it
_REASON = 200  # characters of a reason that are repeated
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^ ]*|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}[:/][^ ]*|[^ ]*@[^ ]*")
_NO_GRAPH = "cannot be read: the deployment answers with something that is no graph; look at graphs_url"


class Graph(msgspec.Struct, frozen=True):
    """The bytes of a graph's JSON, and its `sha` as the deployment gives it, "" where it gives none."""

    content: bytes
    sha: str = ""


class _Envelope(msgspec.Struct, frozen=True):
    success: bool | None = None
    data: msgspec.Raw = msgspec.Raw()


class _Error(msgspec.Struct, frozen=True):
    error: str = ""


class _Inside(msgspec.Struct, frozen=True):
    content: msgspec.Raw
    sha: str = ""


def graph_in(body: bytes) -> Graph:
    """Finds the graph without reading it; raises `Unreadable` with a sentence where there is none."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        if envelope.success is None:
            return Graph(body)
        if not envelope.success or not bytes(envelope.data):
            why = reason_in(body)
            raise Unreadable("cannot be read: the deployment says that it failed" + (f", “{why}”" if why else ""))
        inside = msgspec.json.decode(envelope.data, type=_Inside)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unreadable(_NO_GRAPH) from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    return Graph(bytes(inside.content), inside.sha)


def reason_in(body: bytes) -> str:
    """The deployment's own reason, its member `error` as one short line without any address; "" where it gives none.

    Nothing else of the answer is ever repeated: `details` and the like name tokens, repositories and addresses.
    """
    try:
        given = msgspec.json.decode(body, type=_Error).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in given[: 4 * _REASON]).split())
    line = _ADDRESS.sub("…", line)
    return line if len(line) <= _REASON else line[: _REASON - 1] + "…"
