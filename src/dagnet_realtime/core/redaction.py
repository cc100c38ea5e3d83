"""Redaction: which property values may be kept.

An allow-list, denials, and detection of personal names and values.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from unicodedata import decimal, normalize

from dagnet_realtime.core.globs import Globs, any_case, is_glob
from dagnet_realtime.model.event import Scalar, Value

_ROUNDS = 5  # nested encodings that are undone

_ENCODED = re.compile(
    r"((?:%[0-9A-Fa-f]{2})+)|&#[xX]([0-9A-Fa-f]{1,6});?|&#([0-9]{1,7});?"
    r"|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})"
    r"|&(amp|commat|period|plus|num|colon|sol|lowbar|hyphen|dash|minus"
    r"|lpar|rpar|nbsp|ensp|emsp|thinsp|shy|zwnj|zwj);?"
)
_ENTITIES = {
    "amp": "&", "commat": "@", "period": ".", "plus": "+", "num": "#", "colon": ":", "sol": "/",
    "lowbar": "_", "hyphen": "-", "dash": "-", "minus": "-", "lpar": "(", "rpar": ")",
    "nbsp": " ", "ensp": " ", "emsp": " ", "thinsp": " ",
}  # fmt: skip
# Controls, default-ignorable code points and combining marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff"
    "\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
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
)  # too short to be personal without digits or signs
# Every personal shape contains one of these; most texts contain none. The set is written as the
# ASCII that it lacks: with the range above ASCII, `re` takes twenty times as long to compile it.
_SUSPECT = re.compile(
    r"[^ !\"#$'*+,./:;>?A-Z\]^_`a-z|}~-]|-----| [aA][tT] "
    r"|earer |asic |EARER |ASIC |A(?:KIA|SIA|BIA|CCA|Iza)|SG\."
    r"|[-_](?:ant|proj|live|test)[-_]|glpat-|xox|gh[opsru]_|ssh-"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_ID = re.compile(
    rf"{_UUID.pattern}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    rf"(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?Z?)?"
)

# Characters of a host's name, as all but the other ASCII: a set that names the range above ASCII
# takes `re` twenty times as long to compile where case is ignored.
_H = "[^\x00-,./:-@\\[-`{-\x7f]"
_L = "[^\x00-@\\[-`{-\x7f]"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
_MAIL = re.compile(
    rf"[^ @] ?@ ?(?:{_H}{{1,63}}\.){{1,8}}{_L}"
    rf"|{_L}[A-Za-z0-9_.+-]{{0,63}}@"
    rf"(?!(?:latest|next|canary|alpha|beta|stable)(?!{_H})){_L}{_H}+"  # in a local network
)
_SPELT = re.compile(rf"[^ ] at {_H}{{1,63}}(?: dot {_H}{{2,63}})+", re.IGNORECASE)
_DIALLED = re.compile("(?:tel|sms|callto):[+0-9]", re.IGNORECASE)
_LOCAL = re.compile(" ?[0-9]{3} [0-9]{2} [0-9]{2} ?")  # a telephone number without area code
_SOCIAL = re.compile(
    "(?:ssn|social security)[^0-9A-Za-z]{0,3}(?:no|number|nr)?[^0-9A-Za-z]{0,3}[0-9]{9}(?![0-9])",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    rf"(?<![0-9.])(?<![vV])(?<![vV]ersion )(?:{_OCTET}\.){{3}}{_OCTET}"
    r"(?![0-9]|\.[0-9])"  # IPv4; four numbers may be a version
    r"|(?<![0-9A-Za-z:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}"  # IPv6
    r"|(?:[0-9A-Fa-f]{1,4}:){2,7}:)(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])"  # MAC
    r"|(?<![0-9A-Za-z.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![0-9A-Za-z]|\.[0-9A-Za-z])"
)
_SECRET = re.compile(  # prefixes of well-known makers' keys, and of ours
    r"(?<![A-Za-z0-9])(?:eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r"|(?:[spr]k_(?:live|test)|whsec|dop_v1|dckr_pat|github_pat|npm|hf"
    r"|shp(?:at|ca|pa|ss))_[A-Za-z0-9_]{8,}"
    r"|dnr_[0-9a-f]{6,}"
    r"|(?:sk-(?:ant|proj|or|svcacct)-|glpat-|glptt-|gl(?:dt|rt|soat)-|xox[abeprs]-|xapp-"
    r"|pypi-|sq0[a-z]{3}-)[A-Za-z0-9_-]{8,}"
    r"|sk-[A-Za-z0-9]{20,}|gh[opsru]_[A-Za-z0-9]{12,}"
    r"|A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}|AIza[A-Za-z0-9_-]{20,}"
    r"|ya29\.[A-Za-z0-9_-]{8,}|SG\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r"|AGE-SECRET-KEY-1|(?:[Bb]earer|[Bb]asic|BEARER|BASIC) [A-Za-z0-9._~+/=-]{12,}"
    r")|-----BEGIN [A-Z0-9 ]{1,40}-----|(?<![a-z])ssh-(?:rsa|dss|ed25519) AAAA"
)
_RANDOM = re.compile(  # a digest or random token
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{32,}"
    r"|^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=[^0-9]*[0-9])[A-Za-z0-9_=-]{40,}$"
)
_MIN_RANDOM = 32  # characters
_MIN_SECRET = 10  # characters
_ASSIGNED = re.compile(
    "(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|authorization)=[^ &]{4,}",
    re.IGNORECASE,
)
_BROWSER = re.compile("(?:Mozilla|AppleWebKit|Dalvik)/[0-9]")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ .-]?[A-Za-z0-9]){11,40}(?![A-Za-z0-9])"
)
# Base64 of ASCII: the first of every four characters is from a third of the alphabet.
_PACKED = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[I-Za-f][A-Za-z0-9+/_-]{3}){3,}[A-Za-z0-9+/_-]{0,3}(?![A-Za-z0-9+/_-])"
)
_URLSAFE = str.maketrans("-_", "+/")

_GAP = r"[ ().,_/|~*-]"
_RUN = re.compile(rf"[0-9](?:{_GAP}{{0,3}}[0-9]){{8,}}")
_SHORT_RUN = re.compile(rf"[0-9](?:{_GAP}{{0,3}}[0-9]){{7,}}")  # if there is a plus sign
_GROUP = re.compile("[0-9]+")
_NO_NUMBER = re.compile(  # ids, dates and times, whose digits would join those of their neighbours
    rf"{_UUID.pattern}"
    r"|(?<![0-9./-])(?:(?:19|20)[0-9]{2}([-/.])[01]?[0-9]\1[0-3]?[0-9]"
    r"|[0-3]?[0-9]([-/.])[0-3]?[0-9]\2(?:19|20)[0-9]{2})(?![0-9]|[-/.][0-9])"
    r"|(?<![0-9:])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?(?![0-9:])"
)
_PLUS_BEFORE = re.compile(r"(?<![A-Za-z0-9_+])\+[ (/.-]{0,2}$")
# A telephone number without any separator: North America, Russia, China.
_BARE = re.compile(r"1?[2-9](?!11)[0-8][0-9][2-9](?!11)[0-9]{6}|[78]9[0-9]{9}|1[3-9][0-9]{9}")
_ISSUER = re.compile(  # length of a card's number by its prefix
    r"4[0-9]{12}|3(?:0|6|8|9)[0-9]{12}|3[47][0-9]{13}|(?:2131|1800)[0-9]{11}"
    r"|(?:2[2-7]|35|[4-6][0-9])[0-9]{14}|[4-6][0-9]{16,18}"
)
_MIN_DIGITS, _MAX_DIGITS = 8, 19  # digits of a telephone's number after a plus sign, and of a card
_MAX_GROUPS = 60  # groups of digits in one text; a text with more is redacted unsearched
MAX_SEARCHED = 1024  # characters searched; a normalised text with more is redacted
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
MIN_CARD = 4_000_000_000_000  # the least card number


def personal_text(text: str) -> bool:
    """Whether `text` contains something that looks personal.

    E-mail addresses, telephone, card or account numbers, addresses of machines, browsers, secrets.
    """
    if _LETTERS.fullmatch(text) or not _SUSPECT.search(text) or _ID.fullmatch(text):
        return False
    text = normalise(text)
    if len(text) > MAX_SEARCHED:
        return True
    if _BRACKET.search(text):
        text = _POINT.sub(".", _AT.sub("@", text))
    return _has_personal_shape(text) or any(
        _has_personal_shape(unpacked)
        for found in _PACKED.finditer(text)
        if (unpacked := _decode_base64(found.group()))
    )


def normalise(text: str) -> str:
    """`text` as a person reads it: encodings undone, characters in their ASCII form if they have
    one.

    A text that grows beyond `MAX_SEARCHED` is returned unfinished.
    """
    for _ in range(_ROUNDS):
        made = text
        if not made.isascii():
            made = _UNSEEN.sub("", normalize("NFKC", made))
            if len(made) > MAX_SEARCHED:
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
    """Whether `digits` are a payment card's number: an issuer's prefix, its length, the check
    digit.
    """
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


def _has_personal_shape(text: str) -> bool:
    """Whether a normalised text has a personal shape. A cheap test precedes each search."""
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
    if len(text) >= _MIN_SECRET and (
        _SECRET.search(text) or any(map(_is_iban, _IBAN.findall(text)))
    ):
        return True
    if len(text) >= _MIN_RANDOM and _RANDOM.search(text):
        return True
    return (":" in text and _DIALLED.search(text) is not None) or _has_number(text)


def _decode_base64(token: str) -> str:
    """The printable ASCII text in a base64 token, else ""."""
    try:
        found = base64.b64decode(token.translate(_URLSAFE) + "=" * (-len(token) % 4))
    except binascii.Error:
        return ""
    return found.decode() if found.isascii() and found.decode().isprintable() else ""


def _is_iban(text: str) -> bool:
    """Whether `text` is or begins with an IBAN (check digits of ISO 13616), up to a separator."""
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


def _has_number(text: str) -> bool:
    """Whether `text` contains a card's or telephone's number: groups of digits and separators."""
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
    return sum(map(len, found)) > _MAX_GROUPS or any(_is_number(text, groups) for groups in found)


def _is_number(text: str, groups: list[tuple[int, int]]) -> bool:
    for first, (begin, _) in enumerate(groups):
        before, plus = (
            text[begin - 1 : begin],
            _PLUS_BEFORE.search(text, max(begin - 4, 0), begin) is not None,
        )
        called, carded = plus or _may_begin(before, text[begin]), before not in (".", ",")
        digits, end = "", begin
        lengths: list[int] = []
        gaps: list[str] = []
        single = True  # every digit stands alone
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
            if len(digits) > _MAX_DIGITS:
                break
            if len(digits) < _MIN_DIGITS:
                continue
            if carded and (single or min([3, *lengths[:-1]]) == 3) and is_card_number(digits):
                return True
            if (
                called
                and _may_end(text, after)
                and _is_telephone(
                    digits, [len(digits)] if single else lengths, [] if single else gaps, plus
                )
            ):
                return True
    return False


def _may_begin(before: str, digits: str) -> bool:
    """Whether a telephone number may begin after the character `before`.

    Without a leading zero it may not follow a slash or `=`.
    """
    return before == "" or not (
        before.isalnum() or before in "_.,#$€£¥-" or (before in "/=" and digits[0] != "0")
    )


def _may_end(text: str, at: int) -> bool:
    after, beyond = text[at : at + 1], text[at + 1 : at + 2]
    return after == "" or not (
        after.isalnum() or after in "_%€$" or (after in ".,-/" and beyond.isalnum())
    )


def _is_telephone(digits: str, lengths: list[int], gaps: list[str], plus: bool) -> bool:
    """Whether groups of digits make a telephone number or a US social security number (3-2-4)."""
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


# A name with one of these words is personal.
WORDS = frozenset(
    [
        "address",
        "allergy",
        "anonymousid",
        "auth",
        "authorization",
        "avatar",
        "birth",
        "birthdate",
        "birthday",
        "certificate",
        "citizenship",
        "city",
        "condition",
        "cookie",
        "credential",
        "cvc",
        "cvv",
        "diagnosis",
        "disability",
        "dob",
        "email",
        "ethnicity",
        "fax",
        "firstname",
        "forename",
        "fullname",
        "gender",
        "iban",
        "identification",
        "ip",
        "lastname",
        "latitude",
        "licence",
        "license",
        "longitude",
        "mac",
        "maidenname",
        "medication",
        "nickname",
        "passcode",
        "passphrase",
        "passport",
        "password",
        "passwd",
        "phone",
        "photo",
        "postcode",
        "previousid",
        "procedure",
        "pwd",
        "race",
        "religion",
        "salary",
        "secret",
        "serial",
        "sex",
        "ssn",
        "street",
        "surname",
        "telephone",
        "token",
        "useragent",
        "userid",
        "username",
        "veteran",
        "visa",
        "zip",
        "zipcode",
    ]
)
# Pairs of words, adjacent or written as one.
PAIRS = frozenset(
    [
        "accesskey",
        "advertisingid",
        "anonymousid",
        "apikey",
        "birthdate",
        "cardnumber",
        "creditcard",
        "debitcard",
        "deviceid",
        "groupid",
        "homephone",
        "ipaddress",
        "macaddress",
        "postalcode",
        "previousid",
        "privatekey",
        "sessionid",
        "sexualorientation",
        "socialsecurity",
        "useragent",
        "userid",
        "writekey",
        "zipcode",
    ]
)
# Personal anywhere in a name, even inside a longer word.
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
# `name` is personal as the first word, and after one of these.
NAMED = frozenset(
    [
        "billing",
        "cardholder",
        "client",
        "contact",
        "customer",
        "display",
        "family",
        "first",
        "full",
        "given",
        "guest",
        "holder",
        "last",
        "legal",
        "maiden",
        "middle",
        "nick",
        "owner",
        "patient",
        "person",
        "real",
        "recipient",
        "shipping",
        "sur",
        "traveller",
        "traveler",
        "user",
    ]
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CODED = re.compile(r"[^ -~]|[%&\\]")


def personal_name(path: str) -> bool:
    """Whether a dotted property path has a personal name (`user.e-mail`, `billingAddress`,
    `ip`).
    """
    path = normalise(path) if _CODED.search(path) else path
    if len(path) > MAX_SEARCHED:
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
    """Whether a text contains, or a number is, something that looks personal."""
    if isinstance(value, str):
        return personal_text(value)
    return value >= MIN_CARD and value == int(value) and is_card_number(str(int(value)))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is", "us")) else word


REDACTED = "[redacted]"
MAX_DEPTH = 4  # keys in a path
MAX_PATH = 256  # characters
MAX_TEXT = 256  # characters kept of a text
MAX_LIST = 20  # scalars kept of a list
MAX_PROPERTIES = 100
_MAX_SCANNED = 2 * MAX_TEXT  # characters scanned, so that the bound cuts no personal text in half
_EXACT = 2**53  # JavaScript cannot tell larger integers from their neighbours
_LEAST_EXACT = -_EXACT
_LARGEST = 1023  # bits that any float can hold
_MAX_VERDICTS = 1000  # cached verdicts on paths
_MAX_CLEAN = 20_000  # short texts cached as clean, by a fingerprint
_SHORT = 64  # characters
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_WHITESPACE = re.compile(r"[ \t\r\n]")
_USER = re.compile(r"//[^/@]*@")


class Redaction:
    """The rules of one policy.

    `allow` and `deny` are globs over paths (`*` any run of characters, `?` one); `deny` ignores
    case. `needed` are the paths that the graphs' filters read.
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
        """Whether nothing can be kept."""
        return not self._plain and not self._allow

    @property
    def keys(self) -> frozenset[str] | None:
        """The top-level properties that may matter, None if any may."""
        if self._allow:
            return None
        return frozenset(part for path in self._plain for part in {path, path.partition(".")[0]})

    def permits(self, path: str) -> bool:
        """Whether a value at `path` may be kept and shown."""
        if path in self._plain:
            return True
        if not self._allow or len(path) > MAX_PATH:
            return False
        known = self._known.get(path)
        if known is None:
            if len(self._known) >= _MAX_VERDICTS:
                self._known.clear()
            known = self._known[path] = (
                self._allow.matches(path) and not self._denied(path) and not personal_value(path)
            )
        return known

    def denies(self, path: str) -> bool:
        """Whether `path` is never kept, even if allowed or needed."""
        return self._denied(path)

    def apply(self, properties: Mapping[str, object]) -> dict[str, Value]:
        """The values of one event's nested `properties` that may be kept, flat."""
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
        """`clean_text`, with short texts that are clean cached by a fingerprint."""
        kept = clean_text(text)
        if kept == text and len(text) <= _SHORT:
            if len(self._clean) >= _MAX_CLEAN:
                self._clean.clear()
            self._clean.add(hash(text))
        return kept

    def _denied(self, path: str) -> bool:
        return self._deny.matches(path) or personal_name(path)


def flat(
    properties: Mapping[str, object], prefix: str = "", depth: int = 1
) -> Iterator[tuple[str, object]]:
    """The leaves of nested `properties` with their paths, in order, at most `MAX_DEPTH` keys
    deep.
    """
    for key, value in properties.items():
        if type(value) is dict:
            if depth < MAX_DEPTH:
                yield from flat(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


def clean_text(text: str) -> str:
    """`text` as it may be kept: without a URL's query, without personal content, at most `MAX_TEXT`
    characters.
    """
    seen = text[:_MAX_SCANNED]
    if "?" in seen or "/" in seen:
        seen = _without_query(seen)
    if personal_value(seen) or (text and not seen):
        return REDACTED
    return seen if len(seen) <= MAX_TEXT else seen[: MAX_TEXT - 1] + "…"


def clean_names(
    event: str | None, name: str | None, category: str | None
) -> tuple[str | None, str | None, str | None]:
    """An event's names as they may be kept.

    A name and a category that together look personal are both redacted.
    """
    event, name, category = (text and clean_text(text) for text in (event, name, category))
    if name and category and personal_value(f"{category} {name}"):
        return event, REDACTED, REDACTED
    return event, name, category


def _without_query(text: str) -> str:
    """A URL without query, fragment, user and password; any other text unchanged."""
    start = _SCHEME.match(text)
    if start is None and (
        _WHITESPACE.search(text) or not (text[0] in "/?" or "=" in text.partition("?")[2])
    ):
        return text
    text = text.partition("?")[0].partition("#")[0]
    return _USER.sub("//", text, count=1)


def _number(value: Scalar) -> Scalar:
    if value is None or isinstance(value, (bool, str)) or _LEAST_EXACT <= value < MIN_CARD:
        return value
    if personal_value(value):
        return REDACTED
    if isinstance(value, int) and not -_EXACT <= value <= _EXACT:
        return float(value) if value.bit_length() < _LARGEST else None
    return value


def _list(kept: dict[str, Value], path: str, values: list[object]) -> None:
    scalars: list[Scalar] = []
    for value in values[:_MAX_VERDICTS]:
        if type(value) is str:
            scalars.append(clean_text(value))
        elif value is None or isinstance(value, (bool, int, float)):
            scalars.append(_number(value))
        if len(scalars) == MAX_LIST:
            break
    if scalars or not values:
        kept[path] = scalars
