"""How pictures and handed-in files are served: the same bytes to whoever may see them, the merchant or the desk."""

from __future__ import annotations

from adapters.http.request import Content
from application.acting import Platform
from application.refusals import NotFound, found


def picture(platform: Platform, digest: str | None, size: str = "scaled") -> Content:
    """A stored picture in a size. Raises NotFound for none, or one that is not kept."""
    if digest is None:
        raise NotFound
    try:
        content = platform.vault.get(size, digest)
    except KeyError:
        raise NotFound from None
    return Content(content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg")


def handed_in(platform: Platform, digest: str, called: str) -> Content:
    """A file that lies sealed in the vault. Raises NotFound where its owner was forgotten, or it is not kept."""
    try:
        sealed = platform.vault.get("sealed", digest)
    except KeyError:
        raise NotFound from None
    return attachment(found(platform.sealer.open_bytes(sealed)), called)


def attachment(content: bytes, called: str) -> Content:
    """Bytes that nobody vouches for: to be saved under a name that nothing runs by itself, never to be shown by a browser."""
    return Content(content, "application/octet-stream", filename=f"{called}.bin")
