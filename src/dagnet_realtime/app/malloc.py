"""The C library's memory: what large bodies took goes back to the system as soon as it is free."""

import contextlib
import ctypes
import sys

_MMAP_THRESHOLD = -3  # of mallopt(3)
_LARGE = 256 * 1024  # bytes


def return_freed_memory() -> bool:
    """Has every allocation of `_LARGE` or more mapped by itself, so that it is unmapped when it is
    freed. Otherwise glibc raises that bound by itself with the first large body, and from then on
    keeps the room of large bodies once for each thread. False if the C library has no such setting.
    """
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    return False
