"""One decode of one picture, as a person sees it. Runs only inside a decoding process: what it reads is hostile."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

from adapters.pictures import parameters as p
from adapters.pictures.protocol import Order, Report

Image.MAX_IMAGE_PIXELS = None  # the rulebook's own limit is checked before anything is loaded
warnings.simplefilter("ignore")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STRIP_PIXELS = 1_000_000
Flatten = Callable[[Image.Image], Image.Image]


def execute(order: Order) -> Report:
    """Review and decode. Never raises for what the content is; MemoryError is a verdict, too."""
    try:
        with Image.open(io.BytesIO(order.content), formats=order.formats) as picture:
            return _review(picture, order)
    except MemoryError:
        return Report(flaws=(("unreadable", None, "memory"),))
    except Exception as error:  # whatever a decoder raises on hostile bytes
        return Report(flaws=(("unreadable", None, _why(error)),))


def _why(error: Exception) -> str:
    text = str(error).lower()
    if "truncated" in text:
        return "truncated"
    if "cannot identify" in text:
        return "not a picture"
    return "broken"


def _review(picture: Image.Image, order: Order) -> Report:
    flaws: list[tuple[str, int | str | None, int | str | None]] = []
    if picture.width * picture.height > order.max_pixels:
        flaws.append(("too_many_pixels", order.max_pixels, picture.width * picture.height))
    turn = 1 if flaws else _orientation(picture)  # of a PNG this loads the whole picture: EXIF may stand behind it
    width, height = picture.size if turn < 5 else picture.size[::-1]
    side = min(width, height) if order.min_side_of == "shorter" else max(width, height)
    if side < order.min_side:
        flaws.append(("too_small", order.min_side, side))
    if order.frames and (frames := _frames(picture)) > 1:
        flaws.append(("animated", 1, frames))
    form = "JPEG" if picture.format == "MPO" else picture.format
    known = Report(flaws=tuple(flaws), format=form, width=width, height=height)
    if order.header_only or any(code in ("too_many_pixels", "animated") for code, _, _ in flaws):
        return known
    if form == "JPEG" and order.content.count(b"\xff\xda") > p.MAX_SCANS:
        return Report(flaws=(*flaws, ("unreadable", p.MAX_SCANS, "scans")), format=form)
    try:
        return _pictures(picture, order, turn, known)
    except MemoryError:
        return Report(flaws=(*flaws, ("unreadable", None, "memory")), format=form)
    except Exception as error:  # whatever a decoder raises on hostile bytes
        return Report(flaws=(*flaws, ("unreadable", None, _why(error))), format=form)


def _orientation(picture: Image.Image) -> int:
    try:
        turn = picture.getexif().get(0x0112, 1)
    except Exception:  # broken EXIF turns nothing
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _frames(picture: Image.Image) -> int:
    frames = getattr(picture, "n_frames", 1)
    return frames if isinstance(frames, int) else 2


def _pictures(picture: Image.Image, order: Order, turn: int, known: Report) -> Report:
    if known.format == "JPEG":
        picture.draft(None, _fit(picture.size, order.scale_over))
    picture.load()
    flat = _flat(picture, order.scale_over)
    if flat is not picture:
        picture.close()  # the full raster is needed no more
    if turn in _TURNS:
        flat = flat.transpose(_TURNS[turn])
    if known.flaws:
        return known
    scaled = _shrunk(flat, order.scale_over, Image.Resampling.LANCZOS)
    view = _shrunk(scaled, p.VIEW_SIDE, Image.Resampling.BICUBIC)
    thumbnail = _shrunk(view, p.THUMBNAIL_SIDE, Image.Resampling.BICUBIC)
    return Report(
        format=known.format,
        width=known.width,
        height=known.height,
        scaled=_jpeg(scaled, p.SCALED_QUALITY),
        thumbnail=_jpeg(thumbnail, p.THUMBNAIL_QUALITY),
        view=_jpeg(view, p.VIEW_QUALITY),
    )


def _fit(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size with its longer side at most `side`, neither side under 1."""
    longer = max(size)
    if longer <= side:
        return size
    return max(1, round(size[0] * side / longer)), max(1, round(size[1] * side / longer))


def _shrunk(picture: Image.Image, side: int, how: Image.Resampling) -> Image.Image:
    size = _fit(picture.size, side)
    if size == picture.size:
        return picture
    whole = max(picture.size) // side
    if whole >= 2 and how is not Image.Resampling.LANCZOS:
        picture = picture.reduce(whole)
        if picture.size == size:
            return picture
    return picture.resize(size, how, reducing_gap=2.0)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.info = {}  # what a camera or its owner wrote beside the picture, such as a comment, would be saved with it (rule C5)
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _flat(picture: Image.Image, scale_over: int) -> Image.Image:
    """RGB in sRGB on white. Large pictures go strip by strip, each reduced at once, so that no second full raster exists."""
    flatten = _flattening(picture)
    factor = max(1, max(picture.size) // scale_over)
    if picture.width * picture.height <= p.HEAVY_PIXELS:
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
    values = np.asarray(part)
    if part.mode.startswith("F"):
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return Image.fromarray((np.clip(values, 0, 65535) // 257).astype(np.uint8))


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
    mode = {"L": "L", "1": "L", "CMYK": "CMYK", "LA": "L"}.get(picture.mode, "RGB")
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


def glance(content: bytes, form: str, side: int) -> Image.Image:
    """The picture in grey at about `side` pixels by the cheapest decode that still reads all of it. Raises what decoders raise."""
    with Image.open(io.BytesIO(content), formats=(form,)) as picture:
        picture.draft("L", _fit(picture.size, side))
        picture.load()
        return _flat(picture, side).convert("L")
