"""Times as Segment's libraries write them, in ms since 1970 UTC."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 -- for times without a zone, which count as UTC
_MILLISECOND = timedelta(milliseconds=1)
_MAX_LENGTH = 64  # characters; no spelling of a time is longer
_EARLIEST = -62_135_596_800_000  # the first millisecond of the year 1
_LATEST = 253_402_300_799_999  # the last millisecond of the year 9999
_SHAPE = re.compile(
    r"([0-9]{4,6})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt ]+([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,18}))?)?"
    r"(?: ?([AaPp])\.?[Mm]\.?)?)?"
    r" ?(?:[Zz]|UTC|GMT|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
_NUMBER = re.compile(r"[0-9]{9,19}(?:\.[0-9]{1,9})?")
TOLERANCE_MS = 60_000  # ms that two honest clocks may differ
_MAX_SPAN_MS = (
    366 * 86_400_000
)  # ms that may lie between two stamps of one device; an unset stamp is further from a set one


def parse_time(text: object) -> int | None:
    """The time that `text` stands for, or None if it is none.

    Times before 1970 count as none: it is how Go writes an unset one.
    """
    ms = parse_any_time(text)
    return ms if ms is not None and ms >= 0 else None


def occurrence_time(own: object, sent: object, received_at: int | None) -> int | None:
    """When an event happened, by the receiver's clock.

    The sender's `own` time is corrected by when it says that it `sent` the event. The difference of
    the two is right in any calendar and before any epoch, as long as one clock wrote both.
    """
    at, sent_at = parse_any_time(own), parse_any_time(sent)
    if at is None:
        return None
    if (
        received_at is not None
        and sent_at is not None
        and (min(at, sent_at) >= 0 or abs(sent_at - at) <= _MAX_SPAN_MS)
    ):
        return correct_skew(at, sent_at, received_at)
    return at if at >= 0 else None


def parse_any_time(text: object) -> int | None:
    """The time in ms since 1970, negative if before; None if `text` is no time.

    Accepts ISO 8601 with any number of fractional digits, with `Z`, an offset or no zone (then
    UTC), unpadded (`2015-2-02T…`), the date alone, digits of any script, and am or pm as devices
    with a 12-hour clock write it. Also numbers of seconds, milliseconds, microseconds or
    nanoseconds, told apart by their size. Fractions of a millisecond are cut.
    """
    if type(text) is str:
        if len(text) > _MAX_LENGTH:
            return None
        if (
            text[7:11:3] == "-T"
        ):  # what every official library writes: a dash after the month, a T after the day
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                return _irregular(text.strip())
            return (moment - (_NAIVE if moment.tzinfo is None else _EPOCH)) // _MILLISECOND
        return _irregular(text.strip())
    if type(text) is int or type(text) is float:
        return _number(text)
    return None


def iso(ms: int) -> str:
    """`ms` as `2026-01-02T03:04:05.678Z`, clamped to the years 1 to 9999."""
    moment = _NAIVE + timedelta(milliseconds=min(max(ms, _EARLIEST), _LATEST))
    return moment.isoformat(timespec="milliseconds") + "Z"


def correct_skew(timestamp: int | None, sent_at: int | None, received_at: int) -> int | None:
    """When an event happened by the receiver's clock: `receivedAt - (sentAt - timestamp)`.

    This is Segment's formula. Without `sent_at` the sender's clock is trusted.
    """
    if timestamp is None or sent_at is None:
        return timestamp
    return received_at - (sent_at - timestamp)


def plausible_time(occurred_at: int | None, arrived_at: int) -> int:
    """`occurred_at`, or `arrived_at` if the event has no time or one in the future.

    A time ahead by at most `TOLERANCE_MS` is kept, so that events of one sender keep their order.
    """
    if occurred_at is None or occurred_at < 0 or occurred_at > arrived_at + TOLERANCE_MS:
        return arrived_at
    return occurred_at


def _number(value: float) -> int | None:
    """The time in seconds until the year 5138, then milliseconds, microseconds, nanoseconds.

    Each unit is a thousand times the one before.
    """
    if not 100_000_000 <= value < 10_000_000_000_000_000_000:  # also refuses NaN
        return None
    for limit, per_ms in (
        (100_000_000_000, 0.001),
        (100_000_000_000_000, 1),
        (100_000_000_000_000_000, 1000),
    ):
        if value < limit:
            return int(value / per_ms) if per_ms != 1 else int(value)
    return int(value) // 1_000_000


def _irregular(text: str) -> int | None:
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    found = _SHAPE.fullmatch(text)
    if found is None:
        return _number(float(text)) if _NUMBER.fullmatch(text) else None
    year, month, day, hour, minute, second, fraction, half, sign, zone_hours, zone_minutes = (
        found.groups()
    )
    hours = int(hour or 0)
    if half is not None:
        if hours > 12:
            return None
        hours = hours % 12 + (12 if half in "Pp" else 0)
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            hours,
            int(minute or 0),
            min(int(second or 0), 59),
            tzinfo=UTC,
        )
        offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
        zoned = moment + offset if sign == "-" else moment - offset
    except (ValueError, OverflowError):
        return None
    return (zoned - _EPOCH) // _MILLISECOND + int((fraction or "0").ljust(3, "0")[:3])
