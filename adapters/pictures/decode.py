"""One decode of one picture, as a person sees it. Runs only inside a decoding process: what it reads is hostile."""

from __future__ import annotations

import contextlib
import io
import struct
import warnings

import msgspec
from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError
from PIL import WebPImagePlugin as _WebP  # noqa: F401 (otherwise Pillow would load every plugin there is, to find this one)

from adapters.credentials import reading
from adapters.pictures import flatten, grounds, jpeg, limits
from adapters.pictures.frames import Walk
from adapters.pictures.pages import longest
from adapters.pictures.protocol import Order, Report

Image.MAX_IMAGE_PIXELS = None  # the rulebook's own limit is checked before anything is loaded
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # two processes decode at once already
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


def execute(order: Order) -> Report:
    """Review and decode, or read the credentials. Never raises for what the content is; MemoryError is a verdict, too."""
    try:
        if order.vouched is not None:
            return Report(credentials=reading.read(order.content, order.formats[0], order.vouched))
        with opened(order.content, order.formats) as picture:
            report = _review(picture, order)
        return _moving(report, order) if report.view is not None and not order.frames else report
    except MemoryError:
        return Report(flaws=(("unreadable", None, "memory"),))
    except Exception as error:  # whatever a decoder raises on hostile bytes
        return Report(flaws=(("unreadable", None, _why(error)),))


def opened(content: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The picture, nothing loaded. Raises what decoders raise.

    A JPEG is opened as the one picture that it begins with: Pillow's own choice would make a file of several frames of any that
    has a preview or a gain map behind it, and would trust the index that names them.
    """
    if formats == ("JPEG",):
        try:
            return JpegImagePlugin.JpegImageFile(io.BytesIO(content))
        except (SyntaxError, IndexError, TypeError, struct.error) as error:  # what Pillow takes for "not mine"
            raise UnidentifiedImageError("cannot identify") from error
    return Image.open(io.BytesIO(content), formats=formats)


def _moving(report: Report, order: Order) -> Report:
    """The report with the further frames of a moving picture; what breaks in one of them takes nothing from those before."""
    with opened(order.content, order.formats) as picture:
        walk = Walk(picture, order.max_pixels)
        if report.format == "JPEG" or walk.of < 2:
            return report
        turn, further = _orientation(picture), []
        with contextlib.suppress(Exception):  # whatever a decoder raises on hostile bytes
            for frame in walk.different():
                size = frame.size if turn < 5 else frame.size[::-1]
                further.append(_pictures(frame, order, turn, Report(format=report.format, width=size[0], height=size[1])))
    return msgspec.structs.replace(report, further=tuple(further), frames=(walk.looked, walk.of))


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
    if order.frames and (frames := _frames(picture, order.content)) > 1:
        flaws.append(("animated", 1, frames))
    form = picture.format
    known = Report(flaws=tuple(flaws), format=form, width=width, height=height)
    if order.header_only or any(code in ("too_many_pixels", "animated") for code, _, _ in flaws):
        return known
    if form == "JPEG" and order.content.count(b"\xff\xda") > limits.MAX_SCANS and jpeg.scans(order.content) > limits.MAX_SCANS:
        return Report(flaws=(*flaws, ("unreadable", limits.MAX_SCANS, "scans")), format=form)
    try:
        return _pictures(picture, order, turn, known)
    except MemoryError:
        return Report(flaws=(*flaws, ("unreadable", None, "memory")), format=form)
    except Exception as error:  # whatever a decoder raises on hostile bytes
        return Report(flaws=(*flaws, ("unreadable", None, _why(error))), format=form)


def _orientation(picture: Image.Image) -> int:
    """The orientation that EXIF tells (1 to 8), in its own place in the container.

    One that XMP alone tells turns nothing, nor EXIF spelled out in a PNG's text, in no browser either (rule B2).
    """
    try:
        if isinstance(picture, PngImagePlugin.PngImageFile) and "exif" not in picture.info:
            picture.load()  # EXIF may stand behind the picture
        for name in ("xmp", "XML:com.adobe.xmp", "Raw profile type xmp", "Raw profile type exif"):
            picture.info.pop(name, None)  # Pillow would take it from there
        if picture.format == "TIFF":
            return 1  # Pillow turns it while it loads
        turn = picture.getexif().get(0x0112, 1)
    except Exception:  # broken EXIF turns nothing
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _frames(picture: Image.Image, content: bytes) -> int:
    """How many pictures the file holds: views of a JPEG's multi-picture index, frames of anything else."""
    if picture.format == "JPEG":
        return jpeg.views(content)
    frames = getattr(picture, "n_frames", 1)
    return frames if isinstance(frames, int) else 2


def _pictures(picture: Image.Image, order: Order, turn: int, known: Report) -> Report:
    over, view_over = (longest(picture.size, side) if order.pages else side for side in (order.scale_over, limits.VIEW_SIDE))
    if known.format == "JPEG":
        picture.draft(None, _fit(picture.size, over))
    picture.load()
    layer = flatten.layer(picture, over)
    flat = flatten.flattened(picture, over) if layer is None else layer
    if flat is not picture:
        picture.close()  # the full raster is needed no more
    if turn in _TURNS:
        flat = flat.transpose(_TURNS[turn])
    if known.flaws:
        return known
    drawn = None if layer is None else flat
    flat, warned = (flat, ()) if drawn is None else grounds.shown(drawn)
    scaled = _shrunk(flat, over, Image.Resampling.HAMMING)  # half the time of LANCZOS, 0.4 tones from it
    view = _shrunk(scaled, view_over, Image.Resampling.BICUBIC)
    thumbnail = _shrunk(view, limits.THUMBNAIL_SIDE, Image.Resampling.BICUBIC)
    return Report(
        format=known.format,
        width=known.width,
        height=known.height,
        scaled=_jpeg(scaled, limits.SCALED_QUALITY),
        thumbnail=_jpeg(thumbnail, limits.THUMBNAIL_QUALITY),
        view=_jpeg(view, limits.VIEW_QUALITY),
        layer=None if drawn is None else _webp(_shrunk(drawn, limits.VIEW_SIDE, Image.Resampling.BICUBIC)),
        warnings=warned,
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
    if whole >= 2 and how is not Image.Resampling.HAMMING:
        picture = picture.reduce(whole)
        if picture.size == size:
            return picture
    return picture.resize(size, how, reducing_gap=2.0)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.info = {}  # what a camera or its owner wrote beside the picture, such as a comment, would be saved with it (rule C5)
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _webp(layer: Image.Image) -> bytes:
    out = io.BytesIO()
    layer.info = {}
    layer.save(out, "WEBP", quality=limits.LAYER_QUALITY, method=2)
    return out.getvalue()
