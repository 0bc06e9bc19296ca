"""The C library's heaps: what one picture freed serves the next one, and goes back to the system when no picture follows.

A block mapped by itself goes back at once, but every page of it is cleared and mapped anew for the next picture: that was a
third of all processor time. Kept for ever, the holes of many pictures add up.
"""

from __future__ import annotations

import ctypes
from typing import Any

from adapters.pictures import limits

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def keep_freed() -> None:
    """Have the C library keep what is freed, up to `limits.HEAP_KEPT` a heap; larger blocks than `limits.LARGE_BLOCK` go back at once.

    Where the C library is another, nothing happens.
    """
    if (mallopt := _found("mallopt")) is not None:
        mallopt(_MMAP_THRESHOLD, limits.LARGE_BLOCK)
        mallopt(_TRIM_THRESHOLD, limits.HEAP_KEPT)
        mallopt(_ARENA_MAX, limits.HEAPS)


def give_back() -> None:
    """Give all that the heaps hold free back to the system."""
    if (trim := _found("malloc_trim")) is not None:
        trim(0)


def give_back_much() -> None:
    """The same, only where they hold more than `limits.HEAP_MUCH`: many pictures at once leave holes that no later one fills.

    Counting takes a hundredth of a picture's time, giving back what the next picture takes again some hundredths. Where the C library
    is another, or older than mallinfo2, nothing happens.
    """
    if (told := _found("mallinfo2")) is None:
        return
    told.restype = _Told
    if told().free > limits.HEAP_MUCH:
        give_back()


class _Told(ctypes.Structure):
    """glibc's `struct mallinfo2`: `free` is what the heaps hold free."""

    _fields_ = [(name, ctypes.c_size_t) for name in (*"abcdefgh", "free", "top")]


def _found(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None)
