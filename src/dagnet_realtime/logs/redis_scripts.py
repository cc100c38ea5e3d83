"""The scripts that Redis runs for us: their texts lie in `lua/`, each one atomic step over declared keys."""

import hashlib
from importlib import resources
from typing import Literal

import msgspec

Name = Literal[
    "append",
    "read",
    "hold",
    "release",
    "search",
    "blank",
    "save",
    "drop",
    "live",
    "ended",
    "announce",
    "doors",
    "tally",
    "rate",
    "sign_out",
    "seat",
    "take",
    "give",
]

_OF_A_LIFE = ("append", "read", "hold", "release", "search", "blank")
_OF_SESSIONS = ("save", "live", "ended")
_WRITES_WHEN_FULL = (
    "read",
    "hold",
    "release",
    "blank",
    "save",
    "drop",
    "live",
    "ended",
    "announce",
    "doors",
    "tally",
    "rate",
    "sign_out",
    "seat",
    "take",
    "give",
)
"""What frees memory, or is small and bounded and keeps viewers alive, goes on where Redis refuses to take more."""


class Script(msgspec.Struct, frozen=True):
    """A script's text, and the digest under which Redis keeps it."""

    text: str
    digest: str


def scripts() -> dict[str, Script]:
    """All of them by name, read from the package."""
    folder = resources.files("dagnet_realtime.logs") / "lua"
    before = dict.fromkeys(_OF_A_LIFE, "life.lua") | dict.fromkeys(_OF_SESSIONS, "mark.lua")
    made = {}
    for name in Name.__args__:  # type: ignore[attr-defined]  # a Literal knows its words
        body = (folder / f"{name}.lua").read_text("utf-8")
        flags = "flags=allow-oom" if name in _WRITES_WHEN_FULL else "flags="
        text = f"#!lua {flags}\n" + ((folder / before[name]).read_text("utf-8") if name in before else "") + body
        made[name] = Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
    return made
