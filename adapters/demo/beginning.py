"""The first chapters: the entrance, the filing, the thief, and what is seen on the marketplace (sections A, B and F of the rules)."""

from __future__ import annotations

from typing import Any

from adapters.demo import pictures
from adapters.demo.client import WentWrong
from adapters.demo.stage import Stage

LISTINGS = {"coat-88": "mo", "dress-12": "mo", "pia-1": "pia"}


def link(listing: str) -> str:
    """Where a listing is."""
    return f"https://shop.example/item/{listing}.html"


def entrance(stage: Stage) -> None:
    """Trial operation: open to some categories; then the declaration (rules A1, A3)."""
    stage.chapter("The entrance")
    stage.narrator.says("Original protection is in trial operation, open to sellers of apparel. Tian, who sells books, asks.")
    asked = stage.reads("tian", "/entrance")
    stage.narrator.answer("Not open to Tian: " + ", ".join(asked["reasons"]))
    stage.narrator.says("Lin, who photographs the clothes she sells, asks the same.")
    if not stage.reads("lin", "/entrance")["open"]:
        raise WentWrong("the entrance is closed to apparel")
    stage.narrator.answer("Open to Lin.")
    version = stage["lin"].get("/declaration")["version"]
    stage.does("lin", "She signs the declaration, without which nothing can be filed.", "/declaration", {"version": version})


def filing(stage: Stage) -> None:
    """A machine reviews every picture (rules B1, B2, B3)."""
    stage.chapter("Filing pictures")
    stage["lin"].post("/folders", {"name": "spring"}, expect=201)
    sheet = [*stage.pictures, pictures.small(stage.pictures[0])]
    stage.narrator.says(f'Lin makes a folder "spring" and files {len(sheet)} pictures. A machine reviews each of them.')
    path = "/folders/spring/pictures"
    answer = stage["lin"].post(path, files=sheet, expect=(201, 422))
    stage.narrator.asked("POST", path, answer.status)
    if answer.status != 201:
        why = "; ".join(f"{one['file']}: {_reasons(one)}" for one in answer.body["refused"])
        raise WentWrong(f"none of the pictures can be certified: {why}")
    for one in answer.body["filings"]:
        stage.narrator.answer(f"{one['name']}: certified, {one['width']} x {one['height']} px, SHA-256 {one['digest'][:16]}...")
    for one in answer.body["refused"]:
        stage.narrator.answer(f"{one['file']}: refused: {_reasons(one)}")
    certified = answer.body["filings"]
    stage.facts |= {"first": certified[0]["id"], "second": certified[-1]["id"]}
    shots = {picture.name: picture for picture in stage.pictures}
    stage.pictures[:] = [shots[certified[0]["name"]], shots[certified[-1]["name"]]]


def thief(stage: Stage) -> None:
    """Somebody else files a disguised copy (rule B4)."""
    stage.chapter("A thief at the entrance")
    stage["mo"].post("/declaration", {"version": stage["mo"].get("/declaration")["version"]})
    stage["mo"].post("/folders", {"name": "mine"}, expect=201)
    stage.narrator.says(
        "Mo has mirrored one of Lin's pictures, trimmed it, made it smaller and compressed it anew. He files it as his own."
    )
    path = "/folders/mine/pictures"
    copy = pictures.mirrored_copy(stage.pictures[0])
    answer = stage["mo"].ask("POST", path, files=[copy], expect=422)
    stage.narrator.asked("POST", path, answer.status)
    stage.narrator.answer(f"{copy.name}: refused: {_reasons(answer.body['refused'][0])} (whose picture it is, he is not told)")


def sightings(stage: Stage) -> None:
    """The marketplace feeds listings; copies are sighted, authorised sellers are not (rules F1, F2)."""
    stage.chapter("On the marketplace")
    market = stage["market"]
    for name in ("lin", "mo", "pia"):
        market.put(
            f"/marketplace/members/{name}", {"nickname": name.capitalize(), "categories": ["apparel"]}, expect=201 if name == "pia" else 200
        )
    stage.does(
        "lin",
        "Lin authorises Pia, her retailer, to use all of her pictures.",
        "/authorizations",
        {"nickname": "Pia", "filings": "all"},
        expect=201,
    )
    first, second = pictures.mirrored_copy(stage.pictures[0]), pictures.marked_copy(stage.pictures[1])
    stage.narrator.says(
        "The marketplace feeds three listings: Pia's with Lin's own picture, one of Mo's with the mirrored copy, "
        "and another of Mo's, with a caption painted over the picture."
    )
    for listing, picture in (("pia-1", stage.pictures[0]), ("coat-88", first), ("dress-12", second)):
        market.put(f"/marketplace/listings/{listing}", {"link": link(listing), "seller": LISTINGS[listing], "title": "New in"})
        path = f"/marketplace/listings/{listing}/pictures"
        stage.narrator.asked("PUT", path, market.put(path, files=[picture]).status)
    seen = sorted(stage.reads("lin", "/sightings")["items"], key=lambda one: str(one["listing_id"]))
    for one in seen:
        if one["status"] == "new":
            stage.narrator.answer(
                f"Lin is told: seen at {one['link']}, {round(100 * one['confidence'])} % sure{_disguise(one['transform'])}."
            )
    for one in stage.messages("mo", "seller_warned")[:1]:
        stage.narrator.answer(f'Mo is warned: "{one["text"]}"')
    if not stage.messages("pia", "seller_warned"):
        stage.narrator.answer("Pia is authorised: Lin is not told of her listing, and she is not warned.")


def complaints(stage: Stage) -> None:
    """One complaint from a sighting in one step, the other by its link (rules C1, F2)."""
    stage.chapter("Two complaints")
    seen = {one["listing_id"]: one["id"] for one in stage["lin"].get("/sightings?status=new")["items"]}
    statement = {"statement": "I took this picture in my studio."}
    if "coat-88" in seen:
        sentence = "Lin complains of the first listing from its sighting, in one step."
        answer = stage.does("lin", sentence, f"/sightings/{seen['coat-88']}/complaint", statement, expect=201)
    else:
        body = {"filing_id": stage.facts["first"], "links": [link("coat-88")], **statement}
        answer = stage.does("lin", "Lin complains of the first listing by its link.", "/complaints", body, expect=201)
    stage.facts["contested"] = answer.body["complaints"][0]["id"]
    stage.narrator.answer(f"Case {stage.facts['contested']}, to be taken up by {answer.body['complaints'][0]['accept_by']}.")
    links = [link("dress-12"), "https://shop.example/item/nowhere.html", link("pia-1")]
    body = {"filing_id": stage.facts["second"], "links": links, **statement}
    sentence = "Of the second she complains by its link; with two more links, which are refused without stopping the first."
    answer = stage.does("lin", sentence, "/complaints", body, 201)
    stage.facts["silent"] = answer.body["complaints"][0]["id"]
    stage.narrator.answer(f"Case {stage.facts['silent']}.")
    for one in answer.body["refused"]:
        stage.narrator.answer(f"{one['link']}: refused: {one['reasons'][0]['code']}")


def _reasons(refused: dict[str, Any]) -> str:
    return "; ".join(
        one["code"] + (f" ({one['measured']}, the limit is {one['limit']})" if "measured" in one and "limit" in one else "")
        for one in refused["reasons"]
    )


def _disguise(transform: dict[str, Any]) -> str:
    return ", mirrored" if transform["mirrored"] else ""
