"""A decoded picture in the colours that a person sees: RGB in sRGB, on white. Large pictures go strip by strip."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

from adapters.pictures import limits

_STRIP_PIXELS = 1_000_000
_MODES = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK"}
"""In which mode a colour profile is applied to a picture's; RGB for all others."""
Flatten = Callable[[Image.Image], Image.Image]


def flattened(picture: Image.Image, scale_over: int) -> Image.Image:
    """RGB in sRGB on white. Large pictures go strip by strip, each reduced at once, so that no second full raster exists."""
    flatten = _flattening(picture)
    factor = max(1, max(picture.size) // scale_over)
    if picture.width * picture.height <= limits.HEAVY_PIXELS:
        return flatten(picture)
    rows = max(1, _STRIP_PIXELS // picture.width // factor) * factor
    size = (-(-picture.width // factor), -(-picture.height // factor))
    page = Image.new("RGB", size, "white")
    for top in range(0, picture.height, rows):
        strip = flatten(picture.crop((0, top, picture.width, min(picture.height, top + rows))))
        page.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return page


def _flattening(picture: Image.Image) -> Flatten:
    """How this picture's mode and profile become RGB in sRGB."""
    profile = _profile(picture)
    clear = "transparency" in picture.info and picture.mode in ("1", "L", "RGB", "P")

    def flatten(part: Image.Image) -> Image.Image:
        if clear:
            part.info["transparency"] = picture.info["transparency"]
            part = part.convert("RGBA")
        elif part.mode == "P":
            part = part.convert("RGBA" if part.palette is not None and part.palette.mode == "RGBA" else "RGB")
        elif part.mode.startswith(("I", "F")):
            part = _eight_bits(part)
        part = _on_white(part)
        if profile is not None:
            part = profile(part)
        return part if part.mode == "RGB" else part.convert("RGB")

    return flatten


def _eight_bits(part: Image.Image) -> Image.Image:
    """Grey of 16 bits, rounded to 8 over its whole range: Pillow's own conversion clips all but the darkest tones to white."""
    values = np.asarray(part)
    if part.mode.startswith("F"):
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return Image.fromarray(((np.clip(values, 0, 65535).astype(np.uint32) + 128) // 257).astype(np.uint8))


def _on_white(part: Image.Image) -> Image.Image:
    if part.mode in ("LA", "PA", "La", "RGBa"):
        part = part.convert("RGBA")
    if part.mode != "RGBA":
        return part
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
