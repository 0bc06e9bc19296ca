"""On which ground what is drawn on a clear one is seen: when it is reviewed, inside a decoding process, and of what is kept of it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from adapters.pictures import limits

NOTHING_ON_WHITE = "nothing_on_white"
"""The warning that a person who sees a picture on white sees nothing of it."""


def shown(layer: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """An RGBA picture as RGB on white, or on black where much more of it is seen, and what the merchant is warned of."""
    on_white, on_black = seen(layer)
    ground = "black" if on_black > limits.SEEN_BETTER * on_white else "white"
    page = Image.new("RGB", layer.size, ground)
    page.paste(layer, mask=layer.getchannel("A"))
    return page, (NOTHING_ON_WHITE,) if on_white < limits.SEEN_SHARE else ()


def kept_warnings(layer: bytes) -> tuple[str, ...]:
    """What is warned of by the layer that is kept of a picture, a WebP of our own making; nothing where it cannot be read."""
    try:
        with Image.open(io.BytesIO(layer), formats=("WEBP",)) as picture:
            return (NOTHING_ON_WHITE,) if picture.mode == "RGBA" and seen(picture)[0] < limits.SEEN_SHARE else ()
    except (OSError, ValueError):
        return ()


def seen(layer: Image.Image) -> tuple[float, float]:
    """The share of what is drawn that is seen on white, and on black; 0 where nothing is drawn."""
    side = limits.THUMBNAIL_SIDE
    small = layer.reduce(max(1, max(layer.size) // side))
    values = np.asarray(small, np.float32)
    opacity = values[..., 3] / 255
    drawn = values[..., 3] >= limits.DRAWN_ALPHA
    count = max(1, int(drawn.sum()))
    white = opacity * (255 - values[..., :3].min(axis=2))
    black = opacity * values[..., :3].max(axis=2)
    return tuple(float((drawn & (off >= limits.SEEN_TONES)).sum()) / count for off in (white, black))  # type: ignore[return-value]
