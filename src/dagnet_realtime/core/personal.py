"""What is personal by its name or by its shape, after the default matchers of Segment's Privacy Portal; the same rules run in a page.

Names are Segment's red and yellow lists and the identifiers that we show as tokens only. `conformance/redaction.json` holds the lists,
and what names and shapes must decide.
"""

import re

from dagnet_realtime.core.shapes import LEAST_CARD, LONGEST, card, personal_text, plain

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
_CODED = re.compile(r"[^ -~]|[%&\\]")


def personal_name(path: str) -> bool:
    """True where a dotted property path is called like something personal (`user.e-mail`, `billingAddress`, `ip`)."""
    path = plain(path) if _CODED.search(path) else path
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
    return value >= LEAST_CARD and value == int(value) and card(str(int(value)))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is", "us")) else word
