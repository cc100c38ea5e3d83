"""A message that is longer than a provider allows, in pieces that a browser joins again."""


def pieces(body: bytes, id: str, limit: int) -> list[bytes]:
    """`body` (UTF-8) cut into parts of at most `limit` bytes, each `<id> <number> <how many> <text>` and valid UTF-8 by itself."""
    room = limit - len(id.encode()) - 16
    if room < 4:
        raise ValueError(f"no text fits beside an id of {len(id)} characters within {limit} bytes")
    cuts = [0]
    while cuts[-1] < len(body):
        end = min(cuts[-1] + room, len(body))
        while end < len(body) and body[end] & 0xC0 == 0x80:  # never inside a character
            end -= 1
        cuts.append(end)
    count = len(cuts) - 1
    return [b"%b %d %d %b" % (id.encode(), number, count, body[cuts[number] : cuts[number + 1]]) for number in range(count)]
