"""A decoded picture in the colours that a person sees: RGB in sRGB, on white, or what is drawn on a clear ground by itself.

Large pictures go strip by strip.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

from adapters.pictures import limits

_STRIP_PIXELS = 1_000_000
_MODES = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK"}
"""In which mode a colour profile is applied to a picture's; RGB for all others."""
_WITH_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")
Flatten = Callable[[Image.Image], Image.Image]


def flattened(picture: Image.Image, scale_over: int) -> Image.Image:
    """RGB in sRGB on white. Large pictures go strip by strip, each reduced at once, so that no second full raster exists."""
    return _by_strips(picture, scale_over, _flattening(picture), "RGB")


def layer(picture: Image.Image, scale_over: int) -> Image.Image | None:
    """What is drawn on a clear ground, RGBA in sRGB, reduced as by `flattened`; None where next to nothing is to be seen through."""
    if picture.mode in _WITH_ALPHA:
        return _by_strips(picture, scale_over, _layering(picture), "RGBA") if _is_clear(picture) else None
    if not _has_clear_colour(picture):
        return None
    made = _by_strips(picture, scale_over, _layering(picture), "RGBA")
    return made if _is_clear(made) else None


def _is_clear(picture: Image.Image) -> bool:
    """Whether so much of a picture with an alpha channel is to be seen through that another ground would show."""
    counts = picture.histogram()[-256:]
    return sum(counts[: limits.CLEAR_ALPHA]) >= limits.CLEAR_SHARE * sum(counts)


def _by_strips(picture: Image.Image, scale_over: int, make: Flatten, mode: str) -> Image.Image:
    factor = max(1, max(picture.size) // scale_over)
    if picture.width * picture.height <= limits.HEAVY_PIXELS:
        return make(picture)
    rows = max(1, _STRIP_PIXELS // picture.width // factor) * factor
    size = (-(-picture.width // factor), -(-picture.height // factor))
    page = Image.new(mode, size)
    for top in range(0, picture.height, rows):
        strip = make(picture.crop((0, top, picture.width, min(picture.height, top + rows))))
        page.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return page


def _has_clear_colour(picture: Image.Image) -> bool:
    """Whether colours of it are clear without a channel that says so."""
    if picture.mode == "P" and picture.palette is not None and picture.palette.mode == "RGBA":
        return True
    return "transparency" in picture.info and picture.mode in ("1", "L", "RGB", "P")


def _with_clear_colour(part: Image.Image, picture: Image.Image) -> Image.Image:
    """A part of such a picture with an alpha channel."""
    if "transparency" in picture.info:
        part.info["transparency"] = picture.info["transparency"]
    return part.convert("RGBA")


def _flattening(picture: Image.Image) -> Flatten:
    """How this picture's mode and profile become RGB in sRGB."""
    profile = _profile(picture)
    clear = _has_clear_colour(picture)

    def flatten(part: Image.Image) -> Image.Image:
        if clear:
            part = _with_clear_colour(part, picture)
        elif part.mode == "P":
            part = part.convert("RGB")
        elif part.mode.startswith(("I", "F")):
            part = _eight_bits(part)
        part = _on_white(part)
        if profile is not None:
            part = profile(part)
        return part if part.mode == "RGB" else part.convert("RGB")

    return flatten


def _layering(picture: Image.Image) -> Flatten:
    """How it becomes RGBA in sRGB."""
    profile = _profile(picture)

    def layered(part: Image.Image) -> Image.Image:
        part = _with_clear_colour(part, picture) if part.mode not in _WITH_ALPHA else part.convert("RGBA")
        if profile is None:
            return part
        alpha, coloured = part.getchannel("A"), profile(part.convert("RGB")).convert("RGB")
        coloured.putalpha(alpha)
        return coloured

    return layered


def _eight_bits(part: Image.Image) -> Image.Image:
    """Grey of 16 bits, rounded to 8 over its whole range: Pillow's own conversion clips all but the darkest tones to white."""
    values = np.asarray(part)
    if part.mode.startswith("F"):
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return Image.fromarray(((np.clip(values, 0, 65535).astype(np.uint32) + 128) // 257).astype(np.uint8))


def _on_white(part: Image.Image) -> Image.Image:
    if part.mode not in _WITH_ALPHA:
        return part
    part = part.convert("RGBA")
    page = Image.new("RGB", part.size, "white")
    page.paste(part, mask=part.getchannel("A"))
    return page


def _profile(picture: Image.Image) -> Flatten | None:
    """The transform from the picture's ICC profile to sRGB, or None where there is none, it is sRGB already, or it is broken."""
    content = picture.info.get("icc_profile")
    if not isinstance(content, bytes) or b"sRGB" in content:
        return None
    mode = _MODES.get(picture.mode, "L" if picture.mode.startswith("I;16") else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(content))
        if source.profile.xcolor_space.strip() not in {"L": ("GRAY",), "CMYK": ("CMYK",)}.get(mode, ("RGB",)):
            return None
        turn = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None

    def apply(part: Image.Image) -> Image.Image:
        part = part if part.mode == mode else part.convert(mode)
        changed = ImageCms.applyTransform(part, turn)
        return changed if changed is not None else part

    return apply
