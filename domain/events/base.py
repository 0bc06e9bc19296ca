"""What every event is: an immutable, tagged record in the field's words; and the envelope in which it is kept (rule T1)."""

from __future__ import annotations

from typing import Literal, NewType

from msgspec import Struct

Sealed = NewType("Sealed", str)
"""A free text under the key of the person it belongs to; readable only while that key is kept."""


Because = Literal["desk", "lapse"]
"""Who brought about what is the desk's to decide: the desk, or time."""

Outcome = Literal["upheld", "rejected", "not_accepted"]
"""What becomes of an appeal (rule D2)."""

Party = Literal["complainant", "respondent"]
"""A side of a case."""

Lapse = Literal["decline", "accept", "release", "reject"]
"""What became of something that the desk left undecided: of a complaint, or of an appeal (rules C3, D4)."""

Ruling = Literal["upheld", "rejected"]
"""Whether somebody was found right: in a dispute of a filing, in a review by a person, before an outside body (rules H1, H8, H9)."""


class Event(Struct, frozen=True, gc=False, tag=True, tag_field="type", omit_defaults=True):
    """A fact, named in the past tense. Fields are kept for ever: a change of shape needs an upcaster.

    What is immutable and holds no cycle needs no collector: replays make millions of them (`gc=False`).
    """


class Seen(Struct, frozen=True, omit_defaults=True):
    """How a listing's picture was found like a filed one, as recorded in an event: picture digest and matcher's numbers."""

    digest: str
    verdict: str
    confidence: float
    region: tuple[float, float, float, float]
    original_region: tuple[float, float, float, float]
    mirrored: bool
    rotated_by: float
    scaled_by: float
    covers: float
    whole: bool
    matcher: str
