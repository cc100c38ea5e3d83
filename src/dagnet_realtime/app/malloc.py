"""Makes glibc return the memory of large request bodies to the system once it is freed."""

import contextlib
import ctypes
import sys

_MMAP_THRESHOLD = -3  # of mallopt(3)
_LARGE = 256 * 1024  # bytes


def return_freed_memory() -> bool:
    """Maps every allocation of `_LARGE` bytes or more separately, so that freeing unmaps it.

    Otherwise glibc raises its threshold with the first large body, and then keeps the memory of
    large bodies once per thread. Returns False if the C library has no such setting.
    """
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    return False
