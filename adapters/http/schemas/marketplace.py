"""What the marketplace feeds and follows."""

from __future__ import annotations

from marshmallow import fields

from adapters.http.schemas.common import Refused
from adapters.http.schemas.fields import Received, Shown, choice, each, flag, identifier, instant, many, named, text, whole, word


class MemberBody(Received):
    """What the marketplace knows of a member."""

    nickname = text(1, 200, example="alice-nick")
    categories = many(text(1, 200, example="apparel"), 0, 100)
    as_of = instant(load_default=None, meaning="Of when this word is; of its arrival where absent or to come.")


class Member(Shown):
    """A member."""

    id = identifier("alice")
    nickname = word("alice-nick")
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


class Listing(Shown):
    """A listing, and whether a penalty keeps it down."""

    id = identifier("L1")
    link = word("https://shop.example/item/1.html")
    seller = word("mallory")
    title = word("A coat")
    down = flag()
    gone = flag(meaning="Whether the marketplace offers it no more.")
    penalties = fields.Raw(required=True, metadata={"examples": [0], "description": "The penalties that stand."})
    pictures = fields.Raw(required=False, metadata={"examples": [1], "description": "The pictures of the listing."})


class ListingPictures(Shown):
    """The pictures that a listing has now."""

    id = identifier("L1", required=False)
    listing_id = identifier("L1", required=False)
    pictures = fields.Raw(required=True, metadata={"examples": [[{"name": "x.jpg"}]]})
    refused = each(Refused, required=False)
    down = flag(required=False)
    link = word("https://shop.example/item/1.html", required=False)
    seller = word("mallory", required=False)
    title = word("A coat", required=False)
    penalties = fields.Raw(required=False, metadata={"examples": [0]})


class Penalty(Shown):
    """A change of a listing's state."""

    id = identifier()
    listing_id = identifier("L1")
    action = choice("take_down", "restore")
    at = instant()
    seq = whole(required=False)
