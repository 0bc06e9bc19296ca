"""What the marketplace feeds and follows."""

from __future__ import annotations

from marshmallow import fields

from adapters.http.schemas.fields import Received, Shown, choice, each, flag, identifier, instant, many, named, one, text, whole, word


class MemberBody(Received):
    """What the marketplace knows of a member."""

    nickname = text(1, 200, example="alice-nick")
    categories = many(text(1, 200, example="apparel"), 0, 100)
    as_of = instant(load_default=None, meaning="Of when this word is; of its arrival where absent or to come.")


class Member(Shown):
    """A member."""

    id = identifier("alice")
    nickname = word("alice-nick", "null where another member bears it by a later word.", allow_none=True)
    categories = many(word("apparel"))


class ListingBody(Received):
    """A listing: its link, its seller's id and its title."""

    link = text(1, 2048, example="https://shop.example/item/1.html")
    seller = text(1, 200, example="mallory")
    title = text(0, 1000, example="A coat")
    as_of = instant(load_default=None, meaning="Of when this word is; of its arrival where absent or to come.")


class MemberLine(MemberBody):
    """A line of the feed about a member."""

    type = choice("member")
    id = named()


class ListingLine(ListingBody):
    """A line of the feed about a listing."""

    type = choice("listing")
    id = named()


class Pieces(Shown):
    """How many frames and pieces of a picture were looked at, and of how many."""

    looked = whole(example=12)
    of = whole(example=40)


class ListingPicture(Shown):
    """A picture of a listing, and how much of it was looked at."""

    digest = word("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    width = whole(example=750, meaning="In pixels; 0 where it could not be read.")
    height = whole(example=4000)
    looked_at = choice("all", "part", "none", example="part")
    reason = word("budget", "Why not all: `budget`, or what its container or decoder says: `HEIF`.", required=False)
    pieces = one(Pieces, required=False)


class Listing(Shown):
    """A listing, and whether a penalty keeps it down."""

    id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    seller = word("mallory")
    title = word("A coat")
    down = flag()
    gone = flag(meaning="Whether the marketplace offers it no more.")
    penalties = fields.Raw(required=True, metadata={"examples": [0], "description": "The penalties that stand."})
    pictures = each(ListingPicture, required=False)


class Penalty(Shown):
    """A change of a listing's state."""

    id = identifier()
    listing_id = identifier("L1")
    action = choice("take_down", "restore")
    at = instant()
    seq = whole(required=False)
