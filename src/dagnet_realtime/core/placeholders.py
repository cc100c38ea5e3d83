"""Texts that stand where an identifier is missing: `undefined`, `null`, `[object Object]`, `NaN`, `0`, nil UUIDs and their like.

Programs write them by mistake, for everybody alike. As identifiers they identify nobody: taken at their word, they would make
one person of all. `conformance/placeholders.json` is the contract; the tap and the function follow it too.
"""

import re
from unicodedata import normalize

LONGEST = 128  # characters; a longer text is no placeholder

# As JavaScript's engine knows them, so that both languages see the same.
_SPACES = re.compile("[\0-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+")
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]+")
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})")
_WRITTEN = re.compile(r"-1(?:\.0+)?|#?n/a!?|\[object.*\]|\{\{.*\}\}|\$\{.*\}|<%.*%>|\{%.*%\}|%%.*%%|\*\|.*\|\*", re.DOTALL)
_WORDS = re.compile(
    "|".join(
        (
            "(?:undefined|null|nil|none|nan)*",  # also twice, as where two parts were joined, or nothing at all
            "0+",  # nil UUIDs among them
            "0x0+",
            "f{32}",  # the greatest UUID
            "infinity|true|false|unknown|unset|not(?:set|available|applicable|authenticated|loggedin)",
            "anonymous|guest|distinctid|userid|anonymousid|id|email|objectobject",
        )
    )
)


def placeholder(text: str) -> bool:
    """Whether `text`, in any case and spacing, and with any signs about it, stands for no identifier."""
    if len(text) > LONGEST:
        return False
    if "%" in text:
        text = _ESCAPED.sub(_character, text)
    bare = _SPACES.sub("", normalize("NFKC", text).lower())
    return _WRITTEN.fullmatch(bare) is not None or _WORDS.fullmatch(_SIGNS.sub("", bare)) is not None


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))
