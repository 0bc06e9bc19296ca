"""The middle: acceptance, notices, appeals, and a window that closes to the second (sections C and D of the rules)."""

from __future__ import annotations

from typing import Any

from adapters.demo.beginning import link
from adapters.demo.client import WentWrong
from adapters.demo.narrator import closing
from adapters.demo.pictures import licence
from adapters.demo.stage import Stage

NEXT_DAY = "2026-02-13T03:00:00Z"
WORKING_SATURDAY = "2026-02-14T02:00:00Z"
AFTER_THE_FESTIVAL = "2026-02-26T01:30:00Z"


def acceptance(stage: Stage) -> None:
    """The desk accepts: the listings go down, notices are served (rules C4, C5, H3)."""
    stage.chapter("The desk")
    silent, contested = stage.facts["silent"], stage.facts["contested"]
    sentence = "Rui, a reviewer, claims the first case, compares the pictures and accepts the complaint; then the second."
    stage.does("rui", sentence, f"/desk/complaints/{contested}/claim")
    for case, reason in ((contested, "The same picture, mirrored and trimmed."), (silent, "The same picture, with a caption over it.")):
        path = f"/desk/complaints/{case}/acceptance"
        stage.narrator.asked("POST", path, stage["rui"].post(path, {"reasons": [reason]}).status)
    for one in stage["market"].get("/marketplace/penalties")["items"]:
        stage.narrator.answer(f"The marketplace is told: {one['action']} {one['listing_id']}.")
    notices = {one["link"]: one for one in stage.reads("mo", "/notices")["items"]}
    stage.facts["notice"], stage.facts["silent_notice"] = notices[link("coat-88")]["id"], notices[link("dress-12")]["id"]
    notice = notices[link("coat-88")]
    stage.narrator.says(f'Mo finds a notice on each listing. Why: "{notice["reasons"][0]}" By which rule: {notice["rule"]}.')
    stage.narrator.answer(
        f"He has {notice['appeals_left']} appeals, and until {closing(notice['appeal_by'])}: three working days. Day by day:"
    )
    stage.narrator.proof(notice["proof"])


def first_appeal(stage: Stage) -> None:
    """The first appeal is rejected, and the window of the second opens (rules D1, D2)."""
    stage.chapter("The first appeal", NEXT_DAY)
    path = f"/notices/{stage.facts['notice']}/appeals"
    appeal = stage.does("mo", 'Mo appeals against the first notice: "I took it myself."', path, {"grounds": "I took it myself."}, 201).body
    stage.narrator.answer(f"The desk has until {closing(appeal['decide_by'])}.")
    stage.move(WORKING_SATURDAY)
    stage.does(
        "rui",
        "On Saturday the 14th, which is a working day in China this year, Rui rejects it.",
        f"/desk/appeals/{appeal['id']}/decision",
        {"outcome": "rejected", "reasons": ["No original file was produced."]},
    )
    notice = stage["mo"].get(f"/notices/{stage.facts['notice']}")
    stage.narrator.answer(f"One opportunity is left, until {closing(notice['appeal_by'])}.")


def window_closes(stage: Stage) -> None:
    """The other notice was left unanswered: its window closes exactly at its deadline (rules D3, T3, T4, C6)."""
    notice = stage["mo"].get(f"/notices/{stage.facts['silent_notice']}")
    deadline = notice["appeal_by"]
    stage.chapter("Too late", deadline.replace("16:00:00Z", "15:59:59Z"))
    waiting = stage["mo"].get(f"/notices/{stage.facts['silent_notice']}")
    stage.narrator.says(f"The second notice was left unanswered. One second before its window closes the case is {waiting['status']}.")
    stage.move(deadline)
    path = f"/notices/{stage.facts['silent_notice']}/appeals"
    sentence = "One second later Mo appeals. No worker has run meanwhile: whoever asks finds the case settled."
    late = stage.does("mo", sentence, path, {"grounds": "I was away."}, 409)
    stage.narrator.answer(f"Refused: {late.code}. That he tried is on record.")
    case = stage["lin"].get(f"/complaints/{stage.facts['silent']}")
    if (case["status"], case["final_because"]) != ("final", "no_appeal"):
        raise WentWrong(f"the case should be final, not {case['status']}")
    path = f"/complaints/{stage.facts['silent']}/withdrawal"
    refused = stage.does("lin", "The case is final: no appeal. Lin would now like to withdraw her complaint.", path, {}, 409)
    stage.narrator.answer(f"Refused: {refused.code}.")


def second_appeal(stage: Stage) -> None:
    """The second appeal, with evidence, decided by another reviewer; the goods are restored (rules D2, D4)."""
    stage.chapter("The second appeal", AFTER_THE_FESTIVAL)
    paper = stage["mo"].post("/evidence", files=[licence()], expect=201).body["id"]
    path = f"/notices/{stage.facts['notice']}/appeals"
    body = {"grounds": "I found the licence that the studio gave me.", "evidence": [paper]}
    appeal = stage.does("mo", "Against the first notice Mo appeals a second time and brings a licence.", path, body, 201).body
    decision = {"outcome": "upheld", "reasons": ["The studio confirms the licence."]}
    path = f"/desk/appeals/{appeal['id']}/decision"
    refused = stage.does("rui", "Rui, who decided the first appeal, would decide this one, too.", path, decision, 409)
    stage.narrator.answer(f"Refused: {refused.code}. A second appeal is heard by somebody else.")
    stage.does("sana", "Sana decides: the appeal is upheld.", path, decision)
    case = stage["lin"].get(f"/complaints/{stage.facts['contested']}")
    stage.narrator.answer(f"The case is {case['status']} by {case['lifted_because']}; the penalty is revoked.")
    orders = stage["market"].get("/marketplace/penalties")["items"]
    stage.narrator.answer(f"The marketplace is told: {orders[-1]['action']} {orders[-1]['listing_id']}.")
    _down(stage)


def _down(stage: Stage) -> None:
    for listing in ("coat-88", "dress-12"):
        state: dict[str, Any] = stage["market"].get(f"/marketplace/listings/{listing}")
        stage.narrator.answer(f"{listing}: {'down' if state['down'] else 'up'}")
