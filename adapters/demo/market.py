"""The marketplace around the story: who else sells there, what they photographed, and forty cases with the course that each takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

MEMBERS: Final[Mapping[str, str]] = {
    "wen": "文文手作",
    "hua": "Hua",
    "jia": "Jia",
    "bo": "Bo",
    "kit": "Kit's Corner",
    "quiet-morning": "Quiet Morning Knitwear and Outerwear Flagship Store, Hangzhou",
}
"""Nicknames of those who join Lin, Mo and Pia, by subject."""


class Garment(NamedTuple):
    """What was photographed: who filed it into which folder, its file's name, how it is drawn."""

    owner: str
    folder: str
    name: str
    outline: str
    seed: int


GARMENTS: Final[Mapping[str, Garment]] = {
    "trousers": Garment("lin", "summer", "linen-trousers", "trousers", 51),
    "skirt": Garment("lin", "summer", "garden-skirt", "skirt", 52),
    "scarf": Garment("wen", "秋季新款", "hand-printed-scarf", "scarf", 53),
    "bag": Garment("wen", "秋季新款", "market-bag", "bag", 54),
    "gown": Garment("hua", "catalogue", "evening-dress", "dress", 55),
    "tee": Garment("hua", "catalogue", "printed-tee-with-a-very-long-file-name-as-cameras-and-agencies-like-to-give-them", "shirt", 56),
}


class Listed(NamedTuple):
    """A listing with a copy of a garment: whose, under which title, disguised how, and the course that the case about it takes."""

    garment: str
    seller: str
    title: str
    disguise: str
    course: str


Course = Mapping[str, str]
"""What happens to a case, by day."""

_TAKEN: Final = {"02-27": "lodge", "03-02": "accept"}
_HEARD: Final = {**_TAKEN, "03-04": "appeal"}
COURSES: Final[Mapping[str, Course]] = {
    "declined": {"02-27": "lodge", "03-03": "refuse"},
    "declined by silence": {"03-11": "lodge"},
    "withdrawn before acceptance": {"02-27": "lodge", "03-02": "withdraw"},
    "withdrawn under appeal": {**_HEARD, "03-05": "withdraw"},
    "lifted by the desk": {**_TAKEN, "03-04": "lift"},
    "lifted by appeal": {**_HEARD, "03-06": "uphold"},
    "final, silent": _TAKEN,
    "final, second window unused": {**_HEARD, "03-06": "reject"},
    "final, appeals exhausted": {**_HEARD, "03-06": "reject", "03-10": "appeal", "03-12": "reject"},
    "second round open": {**_HEARD, "03-06": "turn away", "03-10": "appeal"},
    "second window open": {"03-02": "lodge", "03-04": "accept", "03-06": "appeal", "03-12": "reject"},
    "appeal overdue": {**_TAKEN, "03-05": "appeal"},
    "appeal due today": {"03-02": "lodge", "03-04": "accept", "03-06": "appeal"},
    "appeal new": {"03-09": "lodge", "03-10": "accept", "03-12": "appeal"},
    "appeal special": {"03-02": "lodge", "03-04": "accept", "03-06": "appeal", "03-09": "mark"},
    "voided": {"03-04": "lodge", "03-05": "accept"},
    "noticed": {"03-09": "lodge", "03-11": "accept"},
    "window ends tonight": {"03-09": "lodge", "03-10": "accept"},
    "window open": {"03-10": "lodge", "03-12": "accept"},
    "overdue": {"03-09": "lodge"},
    "due today": {"03-10": "lodge"},
    "new": {"03-12": "lodge"},
    "claimed": {"03-12": "lodge", "03-13": "claim"},
    "seen only": {},
}

LISTED: Final = (
    Listed("trousers", "bo", "Linen trousers, washed, relaxed fit", "mirrored", "declined"),
    Listed("skirt", "kit", "Summer skirt with garden print", "marked", "declined by silence"),
    Listed("scarf", "bo", "手工印花围巾 秋冬加厚", "plain", "declined"),
    Listed("trousers", "kit", "Trousers, last sizes", "trimmed", "withdrawn before acceptance"),
    Listed("bag", "mo", "Market bag with blossoms", "plain", "withdrawn before acceptance"),
    Listed("skirt", "bo", "A-line skirt, floral", "mirrored", "withdrawn under appeal"),
    Listed("scarf", "quiet-morning", "Printed scarf, gift wrapped", "plain", "lifted by the desk"),
    Listed("bag", "kit", "Shopper, water repellent", "mirrored", "lifted by appeal"),
    Listed(
        "trousers", "quiet-morning", "Wide linen trousers, ethically sewn, free returns within thirty days", "plain", "lifted by appeal"
    ),
    Listed("skirt", "mo", "Skirt, as seen on TV", "marked", "final, silent"),
    Listed("scarf", "kit", "Scarf, bundle of three", "trimmed", "final, silent"),
    Listed("bag", "bo", "Tote, last chance", "marked", "final, silent"),
    Listed("trousers", "mo", "Beach trousers", "marked", "final, second window unused"),
    Listed("scarf", "mo", "丝巾 花卉 送礼", "mirrored", "final, appeals exhausted"),
    Listed("skirt", "quiet-morning", "Midi skirt with botanical print", "plain", "second round open"),
    Listed("bag", "quiet-morning", "Bag for the weekly market", "trimmed", "second window open"),
    Listed("trousers", "bo", "Trousers in summer print", "marked", "appeal overdue"),
    Listed("scarf", "mo", "Scarf, new season", "marked", "appeal due today"),
    Listed("skirt", "kit", "Skirt, pleated at the back", "mirrored", "appeal new"),
    Listed("bag", "mo", "Bag with long handles", "trimmed", "appeal new"),
    Listed("scarf", "bo", "Shawl, light", "trimmed", "appeal special"),
    Listed("gown", "kit", "Evening dress, rental", "plain", "voided"),
    Listed("tee", "bo", "Printed tee", "marked", "voided"),
    Listed("trousers", "kit", "Printed trousers, women", "mirrored", "noticed"),
    Listed("bag", "bo", "Canvas bag", "plain", "noticed"),
    Listed("skirt", "mo", "Skirt, autumn sale", "trimmed", "window ends tonight"),
    Listed("scarf", "quiet-morning", "Scarf in a box", "mirrored", "window ends tonight"),
    Listed("trousers", "mo", "Trousers with flowers, like new", "trimmed", "window open"),
    Listed("bag", "kit", "Bag, foldable", "marked", "window open"),
    Listed("scarf", "bo", "Headscarf", "mirrored", "overdue"),
    Listed("skirt", "bo", "Skirt, two for one", "marked", "overdue"),
    Listed("bag", "kit", "花布手提袋 大容量", "plain", "due today"),
    Listed("trousers", "quiet-morning", "Summer trousers, breathable", "mirrored", "due today"),
    Listed("skirt", "kit", "Wrap skirt", "trimmed", "new"),
    Listed("scarf", "mo", "Neck scarf, unisex", "plain", "new"),
    Listed("bag", "bo", "Beach bag", "mirrored", "new"),
    Listed("trousers", "mo", "Loose trousers, one size", "plain", "new"),
    Listed("bag", "quiet-morning", "Picnic bag with blossoms, insulated", "marked", "claimed"),
    Listed("skirt", "quiet-morning", "Long skirt, second hand", "plain", "seen only"),
    Listed("trousers", "bo", "Trousers, festival edition", "trimmed", "seen only"),
)
"""Thirty-eight cases beside the two of the story, and two listings that nobody complained of yet."""
