"""The frames of a moving picture that show something else than those before them: a listing hides a copy behind its first one (F2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from adapters.pictures import limits
from adapters.pictures.flatten import flattened

Tones = npt.NDArray[np.int16]


class Walk:
    """One walk through the frames of a picture from the second on; `looked` counts those that were looked at, the first one too."""

    def __init__(self, picture: Image.Image, most_pixels: int, spent: Callable[[], float] = time.process_time) -> None:
        """`spent` is the processor time so far, in seconds; a frame of more than `most_pixels` ends the walk."""
        self._picture = picture
        self._most_pixels = most_pixels
        self._spent = spent
        self._told = _frames_of(picture)
        self.looked = 1

    @property
    def of(self) -> int:
        """How many frames there are; of a file that breaks off, one more than could be looked at."""
        return self.looked + 1 if self._told is None else self._told

    def different(self) -> Iterator[Image.Image]:
        """The frames that differ from the first and from all yielded before them.

        Ends where the budget does: after `FRAMES` of them, `FRAMES_WALKED` in all, or `FRAMES_SECONDS`. Raises what decoders raise.
        """
        ends = self._spent() + limits.FRAMES_SECONDS
        known = [tones_of(self._picture)]
        for number in range(1, min(self._told or limits.FRAMES_WALKED, limits.FRAMES_WALKED)):
            self._picture.seek(number)
            if self._spent() > ends or self._picture.width * self._picture.height > self._most_pixels:
                return
            tones = tones_of(self._picture)
            if all(np.abs(tones - other).mean() > limits.FRAMES_DIFFER for other in known):
                if len(known) > limits.FRAMES:
                    return
                known.append(tones)
                yield self._picture.copy()
            self.looked = number + 1


def _frames_of(picture: Image.Image) -> int | None:
    """How many frames the file says that it has; None where it breaks off before it has said so."""
    try:
        return int(getattr(picture, "n_frames", 1))
    except Exception:  # whatever a decoder raises on hostile bytes
        return None


def tones_of(picture: Image.Image) -> Tones:
    """The frame in grey at 32 x 32 pixels."""
    small = picture.convert("RGBA").resize((32, 32), Image.Resampling.BOX)
    return np.asarray(flattened(small, 32).convert("L"), np.int16)
