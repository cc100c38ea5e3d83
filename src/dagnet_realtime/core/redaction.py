"""Redaction: which property values may be kept. An allow-list, denials, and detection of personal values."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from unicodedata import decimal, normalize

from dagnet_realtime.core.globs import Globs, any_case, is_glob
from dagnet_realtime.model.event import Scalar, Value

_ROUNDS = 5  # encodings inside one another that are undone

_ENCODED = re.compile(
    r"((?:%[0-9A-Fa-f]{2})+)|&#[xX]([0-9A-Fa-f]{1,6});?|&#([0-9]{1,7});?|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})"
    r"|&(amp|commat|period|plus|num|colon|sol|lowbar|hyphen|dash|minus|lpar|rpar|nbsp|ensp|emsp|thinsp|shy|zwnj|zwj);?"
)
_ENTITIES = {
    "amp": "&", "commat": "@", "period": ".", "plus": "+", "num": "#", "colon": ":", "sol": "/", "lowbar": "_", "hyphen": "-",
    "dash": "-", "minus": "-", "lpar": "(", "rpar": ")", "nbsp": " ", "ensp": " ", "emsp": " ", "thinsp": " ",
}  # fmt: skip
# Controls, default-ignorable code points and combining marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_SPACE = re.compile("[\t-\r\x1c-\x1f\x85\xa0\u1680\u2028\u2029]")
_DASH = re.compile("[\u02d7\u058a\u05be\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030]")
_DOT = re.compile("[\xb7\u0589\u066b\u06d4\u2022\u2027\u2219\u22c5\u3002\u30fb]")
_SLASH = re.compile("[\u2044\u2215\u29f8]")
_PLUS = re.compile("[\u02d6\u2795]")
_FOREIGN = re.compile(r"(?![0-9])\d")
_AT = re.compile(r" ?[\[({<] ?at ?[\])}>] ?", re.IGNORECASE)
_BRACKET = re.compile(r"[\[({<]")
_POINT = re.compile(r" ?[\[({<] ?(?:dot|period|point|punkt) ?[\])}>] ?", re.IGNORECASE)

_LETTERS = re.compile(
    r"[A-Za-z][A-Za-z ,&_-]{0,14}"
)  # shorter than anything personal that has no digit or sign
# What every shape has something of; most texts have nothing of it.
_SUSPECT = re.compile(
    r"[0-9@%&\\()\[{<=\x00-\x1f\x7f-\U0010ffff]|-----| [aA][tT] |earer |asic |EARER |ASIC |A(?:KIA|SIA|BIA|CCA|Iza)|SG\."
    r"|[-_](?:ant|proj|live|test)[-_]|glpat-|xox|gh[opsru]_|ssh-"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_ID = re.compile(
    rf"{_UUID.pattern}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?Z?)?"
)

_H = "[0-9A-Za-z\x80-\U0010ffff-]"  # of a host's name
_L = "[A-Za-z\x80-\U0010ffff]"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
_MAIL = re.compile(
    rf"[^ @] ?@ ?(?:{_H}{{1,63}}\.){{1,8}}{_L}"
    rf"|{_L}[A-Za-z0-9_.+-]{{0,63}}@(?!(?:latest|next|canary|alpha|beta|stable)(?!{_H})){_L}{_H}+"  # within a network
)
_SPELT = re.compile(rf"[^ ] at {_H}{{1,63}}(?: dot {_H}{{2,63}})+", re.IGNORECASE)
_DIALLED = re.compile("(?:tel|sms|callto):[+0-9]", re.IGNORECASE)
_LOCAL = re.compile(" ?[0-9]{3} [0-9]{2} [0-9]{2} ?")  # a telephone without its area
_SOCIAL = re.compile(
    "(?:ssn|social security)[^0-9A-Za-z]{0,3}(?:no|number|nr)?[^0-9A-Za-z]{0,3}[0-9]{9}(?![0-9])",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    rf"(?<![0-9.])(?<![vV])(?<![vV]ersion )(?:{_OCTET}\.){{3}}{_OCTET}(?![0-9]|\.[0-9])"  # IPv4; four numbers may be a version
    r"|(?<![0-9A-Za-z:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}"  # IPv6
    r"|(?:[0-9A-Fa-f]{1,4}:){2,7}:)(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])"  # MAC
    r"|(?<![0-9A-Za-z.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![0-9A-Za-z]|\.[0-9A-Za-z])"
)
_SECRET = re.compile(  # what begins as the keys of well-known makers do, and our own
    r"(?<![A-Za-z0-9])(?:eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r"|(?:[spr]k_(?:live|test)|whsec|dop_v1|dckr_pat|github_pat|npm|hf|shp(?:at|ca|pa|ss))_[A-Za-z0-9_]{8,}"
    r"|dnr_[0-9a-f]{6,}"
    r"|(?:sk-(?:ant|proj|or|svcacct)-|glpat-|glptt-|gl(?:dt|rt|soat)-|xox[abeprs]-|xapp-|pypi-|sq0[a-z]{3}-)[A-Za-z0-9_-]{8,}"
    r"|sk-[A-Za-z0-9]{20,}|gh[opsru]_[A-Za-z0-9]{12,}|A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}|AIza[A-Za-z0-9_-]{20,}"
    r"|ya29\.[A-Za-z0-9_-]{8,}|SG\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r"|AGE-SECRET-KEY-1|(?:[Bb]earer|[Bb]asic|BEARER|BASIC) [A-Za-z0-9._~+/=-]{12,}"
    r")|-----BEGIN [A-Z0-9 ]{1,40}-----|(?<![a-z])ssh-(?:rsa|dss|ed25519) AAAA"
)
_RANDOM = re.compile(  # a digest or random token
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{32,}"
    r"|^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=[^0-9]*[0-9])[A-Za-z0-9_=-]{40,}$"
)
_LEAST_RANDOM = 32  # characters
_LEAST_SECRET = 10  # characters
_ASSIGNED = re.compile(
    "(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|authorization)=[^ &]{4,}",
    re.IGNORECASE,
)
_BROWSER = re.compile("(?:Mozilla|AppleWebKit|Dalvik)/[0-9]")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ .-]?[A-Za-z0-9]){11,40}(?![A-Za-z0-9])"
)
# Base64 of ASCII: the first sign of every four is one of a third of the alphabet.
_PACKED = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[I-Za-f][A-Za-z0-9+/_-]{3}){3,}[A-Za-z0-9+/_-]{0,3}(?![A-Za-z0-9+/_-])"
)
_URLSAFE = str.maketrans("-_", "+/")

_GAP = r"[ ().,_/|~*-]"
_RUN = re.compile(rf"[0-9](?:{_GAP}{{0,3}}[0-9]){{8,}}")
_SHORT_RUN = re.compile(rf"[0-9](?:{_GAP}{{0,3}}[0-9]){{7,}}")  # where there is a plus sign
_GROUP = re.compile("[0-9]+")
_NO_NUMBER = re.compile(  # ids, dates and times, which would lend their digits to what stands beside
    rf"{_UUID.pattern}"
    r"|(?<![0-9./-])(?:(?:19|20)[0-9]{2}([-/.])[01]?[0-9]\1[0-3]?[0-9]|[0-3]?[0-9]([-/.])[0-3]?[0-9]\2(?:19|20)[0-9]{2})(?![0-9]|[-/.][0-9])"
    r"|(?<![0-9:])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?(?![0-9:])"
)
_PLUS_BEFORE = re.compile(r"(?<![A-Za-z0-9_+])\+[ (/.-]{0,2}$")
# A telephone number without any separator: North America, Russia, China.
_BARE = re.compile(r"1?[2-9](?!11)[0-8][0-9][2-9](?!11)[0-9]{6}|[78]9[0-9]{9}|1[3-9][0-9]{9}")
_ISSUER = re.compile(  # how long a card's number is, by how it begins
    r"4[0-9]{12}|3(?:0|6|8|9)[0-9]{12}|3[47][0-9]{13}|(?:2131|1800)[0-9]{11}|(?:2[2-7]|35|[4-6][0-9])[0-9]{14}|[4-6][0-9]{16,18}"
)
_LEAST, _MOST = 8, 19  # digits of a telephone's number after a plus sign, and of a card
_CROWD = 60  # groups of digits in the runs of one text; what has more is not looked through, and not kept
LONGEST = 1024  # characters that are searched; a text with more, once compatibility forms are written out, is not kept
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
LEAST_CARD = 4_000_000_000_000  # no number below it is a card's


def personal_text(text: str) -> bool:
    """Whether `text` holds something that looks personal: an e-mail address, a telephone, card or account number, a machine's
    address, a browser or a secret."""
    if _LETTERS.fullmatch(text) or not _SUSPECT.search(text) or _ID.fullmatch(text):
        return False
    text = normalise(text)
    if len(text) > LONGEST:
        return True
    if _BRACKET.search(text):
        text = _POINT.sub(".", _AT.sub("@", text))
    return _shaped(text) or any(
        _shaped(unpacked)
        for found in _PACKED.finditer(text)
        if (unpacked := _unpacked(found.group()))
    )


def normalise(text: str) -> str:
    """`text` with encodings undone and every sign in its ASCII form where it has one, as a person reads it; one that grows beyond
    `LONGEST` by that is given back unfinished."""
    for _ in range(_ROUNDS):
        made = text
        if not made.isascii():
            made = _UNSEEN.sub("", normalize("NFKC", made))
            if len(made) > LONGEST:
                return made
            made = _SLASH.sub("/", _PLUS.sub("+", _DOT.sub(".", _DASH.sub("-", made))))
            made = _FOREIGN.sub(lambda found: str(decimal(found.group())), made)
        if not made.isprintable():
            made = _UNSEEN.sub("", _SPACE.sub(" ", made))
        if "%" in made or "&" in made or "\\" in made:
            made = _ENCODED.sub(_decoded, made)
        if made == text:
            break
        text = made
    return text


def is_card_number(digits: str) -> bool:
    """Whether `digits` are the number of a payment card: an issuer's beginning, its length and the check digit."""
    if not _ISSUER.fullmatch(digits):
        return False
    return (
        sum(
            _DOUBLED[int(digit)] if place % 2 else int(digit)
            for place, digit in enumerate(reversed(digits))
        )
        % 10
        == 0
    )


def _decoded(found: re.Match[str]) -> str:
    if found[1]:
        packed = bytes.fromhex(found[1].replace("%", ""))
        try:
            return packed.decode()
        except UnicodeDecodeError:
            return packed.decode("latin-1")
    if found[6]:
        return _ENTITIES.get(found[6], "")
    code = int(found[3]) if found[3] else int(found[2] or found[4] or found[5], 16)
    return chr(code) if code < 0x110000 else found[0]


def _shaped(text: str) -> bool:
    """Whether a plain text has a personal shape. What tells at once that there is none of a kind comes before each search."""
    if "@" in text and _MAIL.search(text):
        return True
    if (
        (" " in text and _SPELT.search(text))
        or ("=" in text and _ASSIGNED.search(text))
        or ("/" in text and _BROWSER.search(text))
    ):
        return True
    if (text.count(":") > 1 or text.count(".") > 1 or text.count("-") > 4) and _MACHINE.search(
        text
    ):
        return True
    if len(text) >= _LEAST_SECRET and (
        _SECRET.search(text) or any(map(_iban, _IBAN.findall(text)))
    ):
        return True
    if len(text) >= _LEAST_RANDOM and _RANDOM.search(text):
        return True
    return (":" in text and _DIALLED.search(text) is not None) or _numbered(text)


def _unpacked(token: str) -> str:
    """The printable ASCII text that a base64 token holds, else ""."""
    try:
        found = base64.b64decode(token.translate(_URLSAFE) + "=" * (-len(token) % 4))
    except binascii.Error:
        return ""
    return found.decode() if found.isascii() and found.decode().isprintable() else ""


def _iban(text: str) -> bool:
    """Whether `text` is an account number, or begins with one that ends at a separator: ISO 13616's check of 97."""
    number = ""
    for part in re.split("[ .-]", text):
        number += part
        if (
            15 <= len(number) <= 34
            and sum(sign.isdigit() for sign in number) >= 8
            and _modulo(number[4:] + number[:4]) == 1
        ):
            return True
    return False


def _modulo(number: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in number)) % 97


def _numbered(text: str) -> bool:
    """Whether a card's or a telephone's number is in `text`: groups of digits, with signs between them."""
    runs = _SHORT_RUN if "+" in text else _RUN
    if runs.search(text) is None:
        return _LOCAL.fullmatch(text) is not None
    if _SOCIAL.search(text) is not None:
        return True
    text = _NO_NUMBER.sub("x", text)
    found = [
        [group.span() for group in _GROUP.finditer(text, *run.span())]
        for run in runs.finditer(text)
    ]
    return sum(map(len, found)) > _CROWD or any(_in_run(text, groups) for groups in found)


def _in_run(text: str, groups: list[tuple[int, int]]) -> bool:
    for first, (begin, _) in enumerate(groups):
        before, plus = (
            text[begin - 1 : begin],
            _PLUS_BEFORE.search(text, max(begin - 4, 0), begin) is not None,
        )
        called, carded = plus or _begins(before, text[begin]), before not in (".", ",")
        digits, end = "", begin
        lengths: list[int] = []
        gaps: list[str] = []
        single = True  # every digit by itself
        for at, after in groups[first:]:
            if lengths:
                gaps.append(text[end:at])
                called = called and not gaps[-1].strip(" ().-/")
                carded = carded and gaps[-1] == gaps[0] and (single or lengths[-1] > 2)
            if not called and not carded:
                break
            end = after
            digits += text[at:after]
            lengths.append(after - at)
            single = single and after - at == 1
            if len(digits) > _MOST:
                break
            if len(digits) < _LEAST:
                continue
            if carded and (single or min([3, *lengths[:-1]]) == 3) and is_card_number(digits):
                return True
            if (
                called
                and _ends(text, after)
                and _telephone(
                    digits, [len(digits)] if single else lengths, [] if single else gaps, plus
                )
            ):
                return True
    return False


def _begins(before: str, digits: str) -> bool:
    """Whether a telephone's number may begin after the sign `before`; one that has no trunk digit does not follow a slash or `=`."""
    return before == "" or not (
        before.isalnum() or before in "_.,#$€£¥-" or (before in "/=" and digits[0] != "0")
    )


def _ends(text: str, at: int) -> bool:
    after, beyond = text[at : at + 1], text[at + 1 : at + 2]
    return after == "" or not (
        after.isalnum() or after in "_%€$" or (after in ".,-/" and beyond.isalnum())
    )


def _telephone(digits: str, lengths: list[int], gaps: list[str], plus: bool) -> bool:
    """Whether groups of digits make a telephone's number or, three, two and four, a US social security number."""
    count, alone, between = len(digits), not gaps, "".join(gaps)
    if plus:
        return 8 <= count <= 15
    if digits[:2] == "00":
        return digits[2:3] != "0" and (12 if alone else 10) <= count <= 17
    if digits[0] == "0":
        return (
            (10 if alone else 9) <= count <= 12
            and lengths[-1] > 1
            and (lengths[0] > 1 or "(" in gaps[0])
        )
    if alone:
        return _BARE.fullmatch(digits) is not None
    if lengths in ([3, 3, 4], [3, 2, 4], [5, 4]) or (
        lengths == [1, 3, 3, 4] and digits[0] in "178"
    ):
        return not set(between) - set(" ().-") if lengths != [5, 4] else between in ("-", " ")
    if not set(between) - {"."} or max(lengths) not in (3, 4, 5) or min(lengths[1:]) < 2:
        return False
    if (lengths[-1] == 2 and lengths[-2] != 2) or (lengths[0] == 4 and digits[:2] in ("19", "20")):
        return False
    if count == 9:
        return lengths[0] == 3 and digits[0] in "6789"
    return count in (10, 11) and set(lengths[1:]) != {3}


# A name that holds one of these words is personal.
_WORDS = """
    address allergy anonymousid auth authorization avatar birth birthdate birthday certificate citizenship city condition cookie credential
    cvc cvv diagnosis disability dob email ethnicity fax firstname forename fullname gender iban identification ip lastname latitude licence
    license longitude mac maidenname medication nickname passcode passphrase passport password passwd phone photo postcode previousid
    procedure pwd race religion salary secret serial sex ssn street surname telephone token useragent userid username veteran visa zip
    zipcode
"""
WORDS = frozenset(_WORDS.split())
# Two words that are personal beside each other, or written as one.
_PAIRS = """
    accesskey advertisingid anonymousid apikey birthdate cardnumber creditcard debitcard deviceid groupid homephone ipaddress
    macaddress postalcode previousid privatekey sessionid sexualorientation socialsecurity useragent userid writekey zipcode
"""
PAIRS = frozenset(_PAIRS.split())
# Personal wherever it stands in a name, even inside a longer word.
STEMS = (
    "email",
    "password",
    "passport",
    "ethnicity",
    "citizenship",
    "birthda",
    "creditcard",
    "socialsecurity",
    "sexualorientation",
)
# `name` is personal as a name's first word, and after one of these.
_NAMED = """
    billing cardholder client contact customer display family first full given guest holder last legal maiden middle nick owner patient
    person real recipient shipping sur traveller traveler user
"""
NAMED = frozenset(_NAMED.split())

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CODED = re.compile(r"[^ -~]|[%&\\]")


def personal_name(path: str) -> bool:
    """True where a dotted property path is called like something personal (`user.e-mail`, `billingAddress`, `ip`)."""
    path = normalise(path) if _CODED.search(path) else path
    if len(path) > LONGEST:
        return True
    words = [_singular(word.lower()) for word in _WORD.findall(path)]
    for place, word in enumerate(words):
        if word in WORDS or word in PAIRS:
            return True
        if place and words[place - 1] + word in PAIRS:
            return True
        if word == "name" and (place == 0 or words[place - 1] in NAMED):
            return True
    whole = "".join(words)
    return any(stem in whole for stem in STEMS)


def personal_value(value: str | float) -> bool:
    """True where a text holds, or a number is, something that looks personal."""
    if isinstance(value, str):
        return personal_text(value)
    return value >= LEAST_CARD and value == int(value) and is_card_number(str(int(value)))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is", "us")) else word


REDACTED = "[redacted]"
MAX_DEPTH = 4  # keys in a path
MAX_PATH = 256  # characters
MAX_TEXT = 256  # characters of a text value that are kept
MAX_LIST = 20  # scalars of a list that are kept
MAX_PROPERTIES = 100
_SEEN = (
    2 * MAX_TEXT
)  # characters looked at for a personal shape, so that none is cut in half by the bound
_EXACT = 2**53  # a browser cannot tell greater integers from their neighbours
_LEAST_EXACT = -_EXACT
_LARGEST = 1023  # bits that a float can surely hold
_KNOWN = 1000  # paths whose verdict is remembered
_CLEAN = 20_000  # short texts that are remembered as clean, by a fingerprint
_SHORT = 64  # characters
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_WHITESPACE = re.compile(r"[ \t\r\n]")
_USER = re.compile(r"//[^/@]*@")


class Redaction:
    """One policy's rules. `allow` and `deny` are globs over paths (`*` any run of characters, `?` one; denial ignores case), `needed` the
    paths that the graphs' filters read.
    """

    def __init__(
        self, allow: Iterable[str] = (), deny: Iterable[str] = (), needed: Iterable[str] = ()
    ) -> None:
        allow = tuple(allow)
        self._deny = Globs(deny, any_case)
        self._allow = Globs(pattern for pattern in allow if is_glob(pattern))
        plain = {pattern for pattern in allow if not is_glob(pattern)} | set(needed)
        self._plain = frozenset(path for path in plain if not self._denied(path))
        self._deep = bool(self._allow) or any("." in path for path in self._plain)
        self._known: dict[str, bool] = {}
        self._clean: set[int] = set()

    @property
    def empty(self) -> bool:
        """True where nothing can be kept."""
        return not self._plain and not self._allow

    @property
    def keys(self) -> frozenset[str] | None:
        """The top-level properties that may matter, None where only looking can tell."""
        if self._allow:
            return None
        return frozenset(part for path in self._plain for part in {path, path.partition(".")[0]})

    def permits(self, path: str) -> bool:
        """Whether a value at `path` may be kept at all, and shown."""
        if path in self._plain:
            return True
        if not self._allow or len(path) > MAX_PATH:
            return False
        known = self._known.get(path)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[path] = (
                self._allow.matches(path) and not self._denied(path) and not personal_value(path)
            )
        return known

    def denies(self, path: str) -> bool:
        """Whether `path` is never kept, whatever allows or needs it."""
        return self._denied(path)

    def apply(self, properties: Mapping[str, object]) -> dict[str, Value]:
        """What may be kept of one event's nested `properties`, flat."""
        kept: dict[str, Value] = {}
        if not properties or self.empty:
            return kept
        plain, clean, globs = self._plain, self._clean, bool(self._allow)
        crowded = self._deep or len(properties) > MAX_PROPERTIES
        for path, value in flat(properties) if self._deep else properties.items():
            if path in plain or (globs and self.permits(path)):
                if crowded:
                    if len(kept) == MAX_PROPERTIES:
                        break
                    if path in kept:
                        continue
                if isinstance(value, str):
                    kept[path] = value if hash(value) in clean else self._text(value)
                elif isinstance(value, list):
                    _list(kept, path, value)
                elif value is None or isinstance(value, (bool, int, float)):
                    kept[path] = _number(value)
        return kept

    def _text(self, text: str) -> str:
        """`clean_text`; short texts that come again and again and are clean as they are it remembers by a fingerprint."""
        kept = clean_text(text)
        if kept == text and len(text) <= _SHORT:
            if len(self._clean) >= _CLEAN:
                self._clean.clear()
            self._clean.add(hash(text))
        return kept

    def _denied(self, path: str) -> bool:
        return self._deny.matches(path) or personal_name(path)


def flat(
    properties: Mapping[str, object], prefix: str = "", depth: int = 1
) -> Iterator[tuple[str, object]]:
    """The leaves of nested `properties` with their paths, in order; what is nested deeper than `MAX_DEPTH` keys is left out."""
    for key, value in properties.items():
        if type(value) is dict:
            if depth < MAX_DEPTH:
                yield from flat(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


def clean_text(text: str) -> str:
    """`text` as it may be kept: of a URL what stands before its query, nothing that looks personal, at most `MAX_TEXT` characters."""
    seen = text[:_SEEN]
    if "?" in seen or "/" in seen:
        seen = _reduced(seen)
    if personal_value(seen) or (text and not seen):
        return REDACTED
    return seen if len(seen) <= MAX_TEXT else seen[: MAX_TEXT - 1] + "…"


def clean_names(
    event: str | None, name: str | None, category: str | None
) -> tuple[str | None, str | None, str | None]:
    """What names an event, as it may be kept; a name and a category that are personal beside each other are both redacted."""
    event, name, category = (text and clean_text(text) for text in (event, name, category))
    if name and category and personal_value(f"{category} {name}"):
        return event, REDACTED, REDACTED
    return event, name, category


def _reduced(text: str) -> str:
    """A URL without its query, fragment, user and password; any other text as it is."""
    start = _SCHEME.match(text)
    if start is None and (
        _WHITESPACE.search(text) or not (text[0] in "/?" or "=" in text.partition("?")[2])
    ):
        return text
    text = text.partition("?")[0].partition("#")[0]
    return _USER.sub("//", text, count=1)


def _number(value: Scalar) -> Scalar:
    if value is None or isinstance(value, (bool, str)) or _LEAST_EXACT <= value < LEAST_CARD:
        return value
    if personal_value(value):
        return REDACTED
    if isinstance(value, int) and not -_EXACT <= value <= _EXACT:
        return float(value) if value.bit_length() < _LARGEST else None
    return value


def _list(kept: dict[str, Value], path: str, values: list[object]) -> None:
    scalars: list[Scalar] = []
    for value in values[:_KNOWN]:
        if type(value) is str:
            scalars.append(clean_text(value))
        elif value is None or isinstance(value, (bool, int, float)):
            scalars.append(_number(value))
        if len(scalars) == MAX_LIST:
            break
    if scalars or not values:
        kept[path] = scalars
