"""What is personal by its name or by its shape, after the default matchers of Segment's Privacy Portal; the same rules run in a page.

Names are Segment's red and yellow lists and the identifiers that we show as tokens only. Shapes are e-mail addresses, telephone numbers,
cards, social security numbers, addresses of machines, browsers and secrets. `conformance/redaction.json` holds both lists and what they
must decide.
"""

import re

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
STEMS = ("email", "password", "passport", "ethnicity", "citizenship", "birthda", "creditcard", "socialsecurity", "sexualorientation")
# `name` is personal as a name's first word, and after one of these.
_NAMED = """
    billing cardholder client contact customer display family first full given guest holder last legal maiden middle nick owner patient
    person real recipient shipping sur traveller traveler user
"""
NAMED = frozenset(_NAMED.split())

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,&_-]{0,14}")  # shorter than anything personal that has no digit or sign
_SHAPES = re.compile(
    "|".join(
        (
            r"[^ \t\r\n@](?:@|%40)[^ \t\r\n@.]{1,63}\.[^ \t\r\n@.]",  # e-mail
            r"(?<![A-Za-z0-9_+])\+[0-9](?:[ ().-]{0,2}[0-9]){7,14}(?![0-9])",  # telephone, international
            r"(?<![A-Za-z0-9_-])\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}(?![A-Za-z0-9_-])",  # telephone, North America
            r"(?<![A-Za-z0-9_-])\(?0[0-9]{2,4}\)?[ .-][0-9]{3,4}[ .-]?[0-9]{3,4}(?![A-Za-z0-9_-])",  # telephone, national
            r"(?<![A-Za-z0-9_-])[0-9]{3}[ -][0-9]{2}[ -][0-9]{4}(?![A-Za-z0-9_-])",  # US social security number
            r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])",  # IPv4
            r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Za-z:])",  # IPv6
            r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])",  # IPv6, shortened
            r"(?<![0-9A-Za-z:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])",  # MAC
            r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",  # JSON web token
            r"(?<![A-Za-z0-9])(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}",  # keys of well-known makers
            r"(?<![A-Za-z0-9])(?:gh[opsu]_|xox[abps]-|AKIA)[A-Za-z0-9-]{12,}",
            r"(?<![A-Za-z0-9])(?:[Bb]earer|[Bb]asic) [A-Za-z0-9._~+/=-]{12,}",
            r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{32,}",  # a digest or random token
            r"^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=[^0-9]*[0-9])[A-Za-z0-9_=-]{40,}$",
            r"^Mozilla/[0-9]",  # a browser's user agent
        )
    )
)
_CARD = re.compile(r"(?<![0-9.])[2-6](?:[ -]?[0-9]){12,18}(?![0-9])")
LEAST_CARD = 2_000_000_000_000  # no number below it looks personal
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def personal_name(path: str) -> bool:
    """True where a dotted property path is called like something personal (`user.e-mail`, `billingAddress`, `ip`)."""
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
        if _PLAIN.fullmatch(value):
            return False
        return _SHAPES.search(value) is not None or any(_luhn(found.group()) for found in _CARD.finditer(value))
    return value >= LEAST_CARD and value == int(value) and _CARD.fullmatch(str(int(value))) is not None and _luhn(str(int(value)))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is", "us")) else word


def _luhn(text: str) -> bool:
    """Whether the digits of `text` carry the check digit of a payment card."""
    digits = [int(digit) for digit in reversed(text) if digit.isdigit()]
    return sum(_DOUBLED[digit] if place % 2 else digit for place, digit in enumerate(digits)) % 10 == 0
