"""A fortnight on the marketplace around the story, so that every queue has something in it and every state a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from adapters.demo import pictures
from adapters.demo.beginning import link
from adapters.demo.besides import BESIDES, Copier
from adapters.demo.market import COURSES, GARMENTS, LISTED, MEMBERS, Garment, Listed
from adapters.demo.pictures import Picture
from adapters.demo.stage import Stage

DAYS: Final = ("02-27", "03-02", "03-03", "03-04", "03-05", "03-06", "03-09", "03-10", "03-11", "03-12", "03-13")
"""The working days of it; on the last one the visitor comes in."""
PACE: Final = timedelta(minutes=7)
"""What lies between two acts of a day."""
SIZE: Final = (900, 1125)
"""Pixels: a detail cut out of it is still large enough to be filed."""
DISGUISES: Final[Mapping[str, Callable[[Picture], Picture]]] = {
    "plain": pictures.plain_copy,
    "mirrored": pictures.mirrored_copy,
    "marked": pictures.marked_copy,
    "trimmed": pictures.trimmed_copy,
}
REASONS: Final = {
    "accept": "The listing shows the picture that was filed.",
    "refuse": "The listing shows another garment of the same cloth.",
    "lift": "We compared with the wrong picture. The penalty was our mistake.",
    "uphold": "The respondent produced the original files.",
    "reject": "Nothing was produced that speaks against the filing.",
    "turn away": "The appeal names another listing.",
}
OUTCOMES: Final = {"uphold": "upheld", "reject": "rejected", "turn away": "not_accepted"}
Drawer = Callable[[Garment], Picture]


def drawn(garment: Garment) -> Picture:
    """The photograph of a garment."""
    return pictures.sewn(garment.name, garment.outline, garment.seed, SIZE)


def disguised(picture: Picture, disguise: str) -> Picture:
    """A copy of it."""
    return DISGUISES[disguise](picture)


def furnish(stage: Stage, draw: Drawer = drawn, copy: Copier = disguised) -> None:
    """Play the fortnight; afterwards the clock shows its last morning. Raises WentWrong."""
    stage.chapter("A marketplace around it")
    stage.narrator.says(f"Other members join; {len(LISTED)} more listings are fed, and forty cases take their course over a fortnight.")
    shots = {key: draw(garment) for key, garment in GARMENTS.items()}
    for day in DAYS:
        stage.move(f"2026-{day}T01:30:00Z", run_deadlines=True)
        if day == DAYS[0]:
            _members_join(stage)
            _pictures_are_filed(stage, shots)
            _listings_are_fed(stage, shots, copy)
        stage.narrator.answer(f"{stage.now():%d %B}: {_counted(_cases_go_on(stage, day), 'step')}")
        for act in BESIDES.get(day, ()):
            act(stage, shots, copy)
    stage.move(f"2026-{DAYS[-1]}T02:30:00Z", run_deadlines=True)
    queues = stage["rui"].get("/desk/counts").items()
    stage.narrator.answer(
        "Waiting: " + ", ".join(_counted(count["waiting"], queue.replace("_", " ").removesuffix("s")) for queue, count in queues) + "."
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _members_join(stage: Stage) -> None:
    for subject, nickname in MEMBERS.items():
        stage.enter(subject, "merchant", nickname, ["apparel"])
        stage["market"].put(f"/marketplace/members/{subject}", {"nickname": nickname, "categories": ["apparel"]}, expect=201)
    for subject in sorted({garment.owner for garment in GARMENTS.values()} - {"lin"} | {"jia"}):
        stage[subject].post("/declaration", {"version": stage[subject].get("/declaration")["version"]})


def _pictures_are_filed(stage: Stage, shots: Mapping[str, Picture]) -> None:
    by_folder: dict[tuple[str, str], list[str]] = {}
    for key, garment in GARMENTS.items():
        by_folder.setdefault((garment.owner, garment.folder), []).append(key)
    for (owner, folder), keys in by_folder.items():
        stage[owner].post("/folders", {"name": folder}, expect=201)
        filed = stage[owner].post(f"/folders/{pictures.in_address(folder)}/pictures", files=[shots[key] for key in keys], expect=201).body
        stage.facts |= {f"filing {key}": one["id"] for key, one in zip(keys, filed["filings"], strict=True)}


def _listings_are_fed(stage: Stage, shots: Mapping[str, Picture], copy: Copier) -> None:
    market = stage["market"]

    def fed(number: int) -> None:
        listed, id = LISTED[number], _id(number)
        market.put(f"/marketplace/listings/{id}", {"link": link(id), "seller": listed.seller, "title": listed.title})
        market.put(f"/marketplace/listings/{id}/pictures", files=[copy(shots[listed.garment], listed.disguise)])

    with ThreadPoolExecutor(3) as hands:
        list(hands.map(fed, range(len(LISTED))))


def _id(number: int) -> str:
    return f"item-{101 + number}"


def _cases_go_on(stage: Stage, day: str) -> int:
    """How many steps were taken."""
    at, taken = stage.now(), 0
    for number, listed in enumerate(LISTED):
        act = COURSES[listed.course].get(day)
        if act is None:
            continue
        at, taken = at + PACE, taken + 1
        stage.move(at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        ACTS[act](stage, act, number, listed)
    return taken


def _lodged(stage: Stage, act: str, number: int, listed: Listed) -> None:
    statement = "I took this picture in my studio; the files are with me."
    body = {"filing_id": stage.facts[f"filing {listed.garment}"], "links": [link(_id(number))], "statement": statement}
    answer = stage[GARMENTS[listed.garment].owner].post("/complaints", body, expect=201)
    stage.facts[f"case {number}"] = answer.body["complaints"][0]["id"]


def _desk(stage: Stage, act: str, number: int, listed: Listed) -> None:
    command = {"accept": "acceptance", "refuse": "refusal", "lift": "lift"}[act]
    stage["rui"].post(f"/desk/complaints/{stage.facts[f'case {number}']}/{command}", {"reasons": [REASONS[act]]})


def _withdrawn(stage: Stage, act: str, number: int, listed: Listed) -> None:
    stage[GARMENTS[listed.garment].owner].post(f"/complaints/{stage.facts[f'case {number}']}/withdrawal", {"reason": "We agreed."})


def _appealed(stage: Stage, act: str, number: int, listed: Listed) -> None:
    seller = stage[listed.seller]
    notice = next(one["id"] for one in seller.get("/notices?limit=200")["items"] if one["link"] == link(_id(number)))
    body: dict[str, Any] = {"grounds": "The picture is ours: we bought the whole set from a photographer, see the licence."}
    if number % 2:
        body["evidence"] = [seller.post("/evidence", files=[pictures.licence()], expect=201).body["id"]]
    stage.facts[f"appeal {number}"] = seller.post(f"/notices/{notice}/appeals", body, expect=201).body["id"]


def _decided(stage: Stage, act: str, number: int, listed: Listed) -> None:
    first = stage.facts.get(f"decided {number}") is None
    body = {"outcome": OUTCOMES[act], "reasons": [REASONS[act]]}
    stage["rui" if first else "sana"].post(f"/desk/appeals/{stage.facts[f'appeal {number}']}/decision", body)
    stage.facts[f"decided {number}"] = act


def _marked(stage: Stage, act: str, number: int, listed: Listed) -> None:
    reason = "A court is hearing the same question; its decision is expected in April."
    stage["rui"].post(f"/desk/appeals/{stage.facts[f'appeal {number}']}/special", {"reason": reason})


def _claimed(stage: Stage, act: str, number: int, listed: Listed) -> None:
    case = stage.facts[f"case {number}"]
    stage["sana"].post(
        f"/desk/complaints/{case}/notes", {"text": "The same seller had two of these last month; look at both before deciding."}, expect=201
    )
    stage["sana"].post(f"/desk/complaints/{case}/claim")


ACTS: Final[Mapping[str, Callable[[Stage, str, int, Listed], None]]] = {
    "lodge": _lodged,
    **dict.fromkeys(("accept", "refuse", "lift"), _desk),
    "withdraw": _withdrawn,
    "appeal": _appealed,
    **dict.fromkeys(OUTCOMES, _decided),
    "mark": _marked,
    "claim": _claimed,
}
