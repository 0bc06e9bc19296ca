"""What was made of a picture lately is known to who asks next, by the very picture and nothing alike."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.pictures.lately import Lately

pytestmark = pytest.mark.rule("B4")


def test_the_latest_few_are_known_by_the_very_arrays_that_they_were_made_of() -> None:
    lately, made = Lately[int](2), list[str]()
    one, other = np.zeros(3, np.uint8), np.zeros(3, np.uint8)

    def asked(picture: np.ndarray[tuple[int], np.dtype[np.uint8]] | None, side: int) -> int:
        return lately.get((picture, side), lambda: made.append(f"{side}") or len(made))

    assert [asked(one, 5), asked(one, 5), asked(other, 5)] == [1, 1, 2]
    assert [asked(one, 6), asked(other, 5), asked(one, 5), asked(None, 5), asked(None, 5)] == [3, 2, 4, 5, 5]
