"""How pictures of listings are worded, to the marketplace and to the desk (rule F2)."""

from __future__ import annotations

from typing import Any

from domain.events.listing import ListingPicture


def picture_words(picture: ListingPicture) -> dict[str, Any]:
    """A picture of a listing and how much of it was looked at: `reason` and `pieces` only where they say something."""
    words: dict[str, Any] = {"digest": picture.digest, "width": picture.width, "height": picture.height, "looked_at": picture.looked_at}
    if picture.looked_at == "none":
        words["reason"] = picture.unseen_because or "unreadable"
    elif picture.looked_at == "part":
        words["reason"] = "budget"
    if picture.of > 1:
        words["pieces"] = {"looked": picture.looked, "of": picture.of}
    return words
