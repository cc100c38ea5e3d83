"""How a property's value reads as text, the same in Python and in a browser."""

from collections.abc import Iterator

from dagnet_realtime.model.entry import Scalar, Value

_EXACT = 2**53  # beyond this a browser's numbers round


def text_of(value: Scalar) -> str:
    """`value` as JavaScript's `String` prints it; None reads as the empty string."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() if abs(value) <= _EXACT:
            return str(value)
        case _:
            return _number(float(value))


def scalars(value: Value) -> Iterator[Scalar]:
    """The value itself, or each element of a list."""
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _number(value: float) -> str:
    """ECMAScript's Number::toString: the shortest digits, plain between 1e-6 and 1e21."""
    if value != value or value in (float("inf"), float("-inf")):
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = int(exponent or 0) + (len(whole) if whole.strip("0") else len(digits) - len(fraction))
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if not -6 < point <= 21:
        tail = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"
