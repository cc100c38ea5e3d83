"""Deliveries made of what Segment really sends: whole, with any field wrong, oddly written, or with damaged bytes."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

FIXTURES = Path(__file__).parents[1] / "fixtures/segment"
DELIVERED: dict[str, dict[str, Any]] = json.loads((FIXTURES / "delivered.json").read_text())
BATCH: dict[str, Any] = json.loads((FIXTURES / "batch.json").read_text())
REAL = (*DELIVERED.values(), *BATCH["batch"])

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=20)
)
TIMES = st.sampled_from(
    [
        "2026-01-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "2026-13-45T99:99:99Z",
        -5,
        10**400,
        1767225600000,
    ]
)
ANYTHING = st.recursive(
    SCALARS | TIMES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
EVIL = (
    *(
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 400,
        b"-",
        b"01",
        b"nul",
        b"\\ud800",
        b"\\udc00\\ud83d",
        b"\\",
        b'"',
        b"\0",
        b"\x1f",
        b"\x7f",
    ),
    *(
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"[" * 3000,
        b'{"a":' * 3000,
        b"]",
        b"}",
        b",",
        b":",
        b"[",
        b"{",
        b"//",
        b"\r\n",
    ),
    *(
        b'"type":"page",',
        b'"messageId":{},',
        b'{"json":',
        b'{"body":"a=b"}',
        b'"batch":7,',
        b"&",
        b"=",
        b"%ff",
        b"+",
    ),
)


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """One message: as it was sent, or with fields that are missing, wrong or foreign, also inside what it holds."""
    message = json.loads(json.dumps(draw(st.sampled_from(REAL))))
    for _ in range(draw(st.integers(0, 3))):
        place = message
        while (inner := [name for name in place if isinstance(place[name], dict)]) and draw(
            st.booleans()
        ):
            place = place[draw(st.sampled_from(inner))]
        name = (
            draw(st.sampled_from(sorted(place)) if place else st.just(""))
            if draw(st.booleans())
            else draw(st.text(max_size=8))
        )
        if draw(st.booleans()):
            place[name] = draw(ANYTHING)
        else:
            place.pop(name, None)
    return message


@st.composite
def written(draw: st.DrawFn, message: Any) -> bytes:
    """A value as one sender or another writes JSON; half surrogate pairs, NaN and endless numbers as Python's does."""
    indent = draw(st.sampled_from([None, None, 1]))
    text = json.dumps(
        message, indent=indent, separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")]))
    )
    if draw(st.booleans()):
        return text.encode()
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A webhook's body: one event or some, plain or wrapped, as JSON or as a form."""
    some = [draw(written(draw(messages()))) for _ in range(draw(st.integers(1, 4)))]
    match draw(st.sampled_from(["one", "array", "wrapped", "form", "wrapped form"])):
        case "one":
            return some[0]
        case "array":
            return b"[" + b" ,\n".join(some) + b"]"
        case "wrapped":
            return b"[" + b",".join(b'{ "json": ' + one + b" }" for one in some) + b"]"
        case "form":
            return draw(forms()).encode()
        case _:
            return json.dumps([{"body": draw(forms())}]).encode()


@st.composite
def forms(draw: st.DrawFn) -> str:
    """A message as a form, which has lost what was nested."""
    message = draw(messages())
    return urlencode(
        {name: str(value).encode("utf-8", "replace") for name, value in message.items()}
    )


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    """A body of the tracking API: a batch in its envelope, of which anything may be wrong too."""
    batch: dict[str, Any] = {
        **BATCH,
        "batch": [draw(messages()) for _ in range(draw(st.integers(0, 3)))],
    }
    for name in draw(st.lists(st.sampled_from(sorted(batch)), max_size=2)):
        batch[name] = draw(ANYTHING)
    return draw(written(batch))


@st.composite
def damaged(draw: st.DrawFn, sound: st.SearchStrategy[bytes]) -> bytes:
    """A body that was cut, or that lost, doubled or gained bytes on its way; sometimes sound."""
    body = draw(sound)
    for _ in range(draw(st.integers(0, 3))):
        at, until = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        match draw(st.sampled_from(["cut", "lost", "doubled", "gained", "changed"])):
            case "cut":
                body = body[:until]
            case "lost":
                body = body[:at] + body[min(until, at + 20) :]
            case "doubled":
                body = body[:until] + body[at:]
            case "gained":
                body = body[:at] + draw(st.sampled_from(EVIL)) + body[at:]
            case _:
                body = body[:at] + draw(st.binary(min_size=1, max_size=2)) + body[at + 1 :]
    return body


DELIVERIES = damaged(bodies())
CALLS = damaged(envelopes() | messages().flatmap(written))
