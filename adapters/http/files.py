"""How pictures and handed-in files are served: the same bytes to whoever may see them, the merchant or the desk."""

from __future__ import annotations

from typing import Any, Final

from adapters.http.context import ApiContext
from adapters.http.request import Content
from application.acting import Platform
from application.ports import Upload
from application.refusals import NotFound
from application.storage import opened
from domain.filing import Filing
from domain.rulebook import PictureRules


def picture(platform: Platform, digest: str | None, size: str = "scaled") -> Content:
    """A stored picture in a size. Raises NotFound for none, or one that is not kept."""
    if digest is None:
        raise NotFound
    try:
        content = platform.vault.get(size, digest)
    except KeyError:
        raise NotFound from None
    return _served(content)


WHOLE: Final = PictureRules(max_bytes=10**9, min_side=1, scale_over=10**6, max_pixels=10**9)
"""Under these rules a picture is read at its full size, whatever it was filed under."""


def desk_picture(platform: Platform, digest: str, size: str) -> Content:
    """A picture for the desk: what its maker wrote into it stays out, at its full size too (rule C5). Raises NotFound, TooBusy."""
    if size != "original":
        return picture(platform, digest, size)
    try:
        original = platform.vault.get("original", digest)
    except KeyError:
        raise NotFound from None
    (whole,) = platform.inspector.inspect_filings([Upload("picture.jpg", original)], WHOLE)
    return picture(platform, digest) if whole.scaled is None else _served(whole.scaled)


def warned(context: ApiContext, filing: Filing) -> dict[str, Any]:
    """What whoever looks at a filed picture is warned of, in its filing's body: nothing of most, and where the owner was forgotten."""
    if context.warnings is None or context.who(filing.owner) is None:
        return {}
    codes = context.warnings(filing.digest, filing.format)
    return {"warnings": list(codes)} if codes else {}


def _served(content: bytes) -> Content:
    return Content(content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg")


def handed_in(platform: Platform, digest: str, called: str) -> Content:
    """A file that lies sealed in the vault. Raises NotFound where its owner was forgotten, or it is not kept."""
    return attachment(opened(platform, digest), called)


def attachment(content: bytes, called: str) -> Content:
    """Bytes that nobody vouches for: to be saved under a name that nothing runs by itself, never to be shown by a browser."""
    return Content(content, "application/octet-stream", filename=f"{called}.bin")
