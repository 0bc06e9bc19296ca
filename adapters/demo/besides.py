"""What else goes on in the fortnight: a pilot of other rules, disputes, vouchers that are asked for, and a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from adapters.demo import pictures
from adapters.demo.pictures import Picture
from adapters.demo.second_looks import a_draft_runs_along, a_person_is_asked_for, a_replay_is_sealed, outside_bodies_are_told_of
from adapters.demo.stage import Stage

Shots = Mapping[str, Picture]
Copier = Callable[[Picture, str], Picture]
"""Makes a copy in a disguise."""


def rules_are_tried(stage: Stage, shots: Shots, copy: Copier) -> None:
    """For one day penalties wait until a case is final, and silence declines, to be looked at again; then it is as before (C4, H8, T5)."""
    pilot = {"name": "original-protection", "version": "2026-03-pilot", "effective_from": "2026-03-10T16:00:00Z"}
    silence = {"take_up_within": {"days": 1, "count": "working"}, "on_lapse": "decline"}
    review = {"request_within": {"days": 30, "count": "calendar"}, "decide_within": {"days": 5, "count": "working"}}
    stage["admin"].post("/rulebooks", {**pilot, "penalty": {"when": "final"}, "complaint": silence, "review": review}, expect=201)
    stage["admin"].post("/rulebooks", {**pilot, "version": "2026-03", "effective_from": "2026-03-11T16:00:00Z"}, expect=201)


def prior_right_is_disputed(stage: Stage, shots: Shots, copy: Copier) -> None:
    """Jia says that two pictures were hers before others filed them (rule H1)."""
    stage["jia"].post("/folders", {"name": "studio"}, expect=201)
    copies = [copy(shots["scarf"], "mirrored"), copy(shots["bag"], "plain")]
    refused = stage["jia"].post("/folders/studio/pictures", files=copies, expect=422).body["refused"]
    for number, one in enumerate(refused):
        if one["reasons"][0]["code"] != "not_original":
            continue
        body = {"refused_picture_id": one["id"], "statement": "I made this photograph in 2024, and have the whole set."}
        opened = stage["jia"].post("/filings/disputes", body, expect=201).body["id"]
        if number == 0:
            stage["jia"].post(f"/filings/disputes/{opened}/vouchers", files=[pictures.licence()], expect=201)


def vouchers_are_asked_for(stage: Stage, shots: Shots, copy: Copier) -> None:
    """The desk asks for the originals of one garment (rule B6)."""
    _asked(stage, "scarf")


def vouchers_are_handed_in(stage: Stage, shots: Shots, copy: Copier) -> None:
    """They are handed in, and others are asked for."""
    stage["wen"].post(f"/filings/{stage.facts['filing scarf']}/vouchers", files=[pictures.licence()], expect=201)
    _asked(stage, "skirt")


def _asked(stage: Stage, garment: str) -> None:
    what = ["the original file as it came from the camera", "two outtakes of the same set"]
    stage["sana"].post(f"/desk/filings/{stage.facts[f'filing {garment}']}/voucher-request", {"what": what}, expect=201)


def a_merchant_is_found_out(stage: Stage, shots: Shots, copy: Copier) -> None:
    """Hua's pictures are found non-original: her cases are voided, the goods restored (rule B7)."""
    filing = stage.facts["filing gown"]
    owner = stage["rui"].get(f"/desk/filings/{filing}")["owner"]
    path = f"/desk/merchants/{owner}/non-original-finding"
    digest = stage["rui"].post(f"{path}/preview", {"filing_id": filing}).body["digest"]
    reasons = ["The picture stands in another publisher's catalogue of 2019."]
    stage["rui"].post(path, {"filing_id": filing, "digest": digest, "reasons": reasons})


BESIDES: Final[Mapping[str, tuple[Callable[[Stage, Shots, Copier], None], ...]]] = {
    "03-03": (rules_are_tried,),
    "03-09": (a_merchant_is_found_out, prior_right_is_disputed),
    "03-10": (vouchers_are_asked_for,),
    "03-06": (a_draft_runs_along,),
    "03-11": (vouchers_are_handed_in,),
    "03-12": (outside_bodies_are_told_of,),
    "03-13": (a_person_is_asked_for, a_replay_is_sealed),
}
"""By day, after the cases' own acts."""
