"""A random story as data, and how it is played over HTTP: who complains, when and how is a cast of its own.

The same story with another cast is another world; what reaches the respondent must be the same in both (rule C5).
"""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from adapters.webhooks.payload import payload
from projections import messages
from projections.message_texts import LANGUAGES
from tests.contract.shop import Asker, Shop
from tests.fakes import picture

LODGED_WITHIN = 24
"""Hours after the story's beginning in which the complaints are lodged; the desk looks at them afterwards."""

WHY = {"reasons": ["the same picture"]}
OPAQUE = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9A-Za-z_-])[0-9a-f]{32}(?![0-9A-Za-z_-])")
CURSOR = re.compile(rb'(?<="next":")[^"]+')


class Step(NamedTuple):
    """What happens to a case `hour` hours after the beginning."""

    hour: int
    what: str
    case: int = 0
    how: str = ""


class Story(NamedTuple):
    """Listings of one respondent, each with what its pictures show, and what becomes of the complaints about them."""

    seed: int
    shows: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Complainant:
    """Everything about one who complains that a respondent must never learn."""

    subject: str
    nickname: str
    folder: str
    file: str
    statement: str
    minute: int = 0
    spelling: int = 0
    by_sighting: bool = False
    others: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        return (self.subject, self.nickname, self.folder, self.file.rpartition(".")[0], self.statement)


def somebody(chance: random.Random) -> Complainant:
    """A complainant whose every word occurs nowhere else."""

    def word() -> str:
        return secrets.token_hex(7) + "x"

    return Complainant(
        subject=word(),
        nickname=word(),
        folder=word(),
        file=f"{word()}.{chance.choice(('jpg', 'JPEG', 'png'))}",
        statement=word(),
        minute=chance.randrange(LODGED_WITHIN * 60),
        spelling=chance.randrange(4),
        by_sighting=chance.random() < 0.5,
        others=chance.randrange(3),
    )


ENDS: tuple[tuple[str, ...], ...] = (
    ("decline",),
    ("accept", "wait"),
    ("accept", "withdraw"),
    ("accept", "appeal", "withdraw"),
    ("accept", "appeal", "uphold"),
    ("accept", "appeal", "reject", "wait"),
    ("accept", "appeal", "not_accept", "appeal", "uphold2"),
    ("accept", "appeal", "reject", "appeal", "reject2"),
    ("accept", "claim", "lift"),
    ("accept", "appeal", "special", "lift"),
    ("accept", "wait", "lift"),
    ("withdraw",),
)


def story(seed: int) -> Story:
    """The story of that seed."""
    chance = random.Random(seed)
    count = chance.randint(1, 3)
    shows = tuple(tuple(chance.choice(("copy", "part", "like", "other")) for _ in range(chance.randrange(3))) for _ in range(count))
    steps = [Step(chance.randrange(LODGED_WITHIN), "file", how=chance.choice(("copy", "own"))) for _ in range(chance.randrange(2))]
    for case in range(count):
        hour = LODGED_WITHIN
        for what in chance.choice(ENDS):
            hour += 24 * 12 if what == "wait" else chance.randint(1, 20)
            how = "original" if what == "accept" and chance.random() < 0.2 else ""
            steps.append(Step(hour, what, case, how))
        if chance.random() < 0.4:
            steps.append(Step(chance.randint(LODGED_WITHIN, hour), "refeed", case))
    steps += [Step(hour, "look") for hour in range(0, LODGED_WITHIN, 6)]
    return Story(seed, shows, tuple(sorted(steps, key=lambda step: step.hour)))


@dataclass
class Played:
    """A story being played; `cast[i]` is who complains of listing i."""

    shop: Shop
    story: Story
    cast: Sequence[Complainant]
    name: str
    original: Callable[[str, Complainant], bytes] = lambda scene, who: picture(scene, "original")
    copy: Callable[[str, bool], bytes] = lambda scene, part: picture(scene, "stolen", part=part)
    start: datetime = field(init=False)
    cases: dict[int, str] = field(default_factory=dict)
    filings: dict[int, str] = field(default_factory=dict)
    appeals: dict[int, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    @property
    def respondent(self) -> Asker:
        return self.shop[f"seller-{self.name}"]

    def play(self) -> list[bytes]:
        """Play it; what the respondent heard, answer by answer."""
        now = self.shop.clock.now()
        self.start = now.replace(hour=1, minute=0, second=0) + timedelta(days=(7 - now.weekday()) % 7 or 7)
        self.shop.go(self.start)
        self._set_the_scene()
        timed: list[tuple[timedelta, int, Callable[[], None]]] = []
        for case, who in enumerate(self.cast):
            timed.append((timedelta(minutes=5 + who.minute), -1, lambda case=case, who=who: self._lodge(case, who)))  # type: ignore[misc]
        for number, step in enumerate(self.story.steps):
            timed.append((timedelta(hours=step.hour, minutes=30), number, lambda step=step: self._step(step)))  # type: ignore[misc]
        for after, number, act in sorted(timed, key=lambda one: one[:2]):
            self.shop.go(self.start + after, run_deadlines=bool(self.story.seed % 2))
            act()
            if number >= 0:
                self._look(in_full=number % 5 == 0)
        self._look()
        self._probe()
        return self.respondent.heard + self._posted()

    def link(self, case: int) -> str:
        return f"https://shop.example/{self.name}/{case}.html"

    def _scene(self, case: int) -> str:
        return f"scene-{self.name}-{case}"

    def _set_the_scene(self) -> None:
        for case, who in enumerate(self.cast):
            owner = self.shop.member(who.subject, who.nickname)
            owner.ok("POST", "/declaration", {"version": "1"})
            owner.ok("POST", "/folders", {"name": who.folder})
            content = self.original(self._scene(case), who)
            made = owner.ok("POST", f"/folders/{who.folder}/pictures", files=[(who.file, content)])["filings"][0]
            self.filings[case] = made["id"]
            self.secrets |= {made["id"], made["digest"], *who.words}
            for number in range(who.others):
                more = self.original(f"more-{self.name}-{who.subject}-{case}-{number}", who)
                owner.ok("POST", f"/folders/{who.folder}/pictures", files=[(who.file, more)])
        market = self.shop["market"]
        for case, shows in enumerate(self.story.shows):
            market.ok("PUT", f"/marketplace/listings/{self.name}-{case}", self._fed(case))
            if shows:
                shots = [(f"{n}.jpg", self._shot(case, what)) for n, what in enumerate(shows)]
                market.ok("PUT", f"/marketplace/listings/{self.name}-{case}/pictures", files=shots)
        self.respondent.heard.clear()

    def _fed(self, case: int) -> dict[str, str]:
        return {"link": self.link(case), "seller": self.respondent.subject, "title": "A coat"}

    def _shot(self, case: int, what: str) -> bytes:
        match what:
            case "copy" | "part":
                return self.copy(self._scene(case), what == "part")
            case "like":
                return self.copy(f"{self._scene(case)}~2", False)
            case _:
                return self.copy(f"another-{self.name}-{case}", False)

    def _lodge(self, case: int, who: Complainant) -> None:
        owner = self.shop.member(who.subject, who.nickname)
        seen = [one for one in owner.all("/sightings?status=new") if one["filing_id"] == self.filings[case]] if who.by_sighting else []
        if seen:
            made = owner.ok("POST", f"/sightings/{seen[0]['id']}/complaint", {"statement": who.statement})
            self.secrets.add(seen[0]["id"])
        else:
            body = {"filing_id": self.filings[case], "links": [self._spelt(case, who.spelling)], "statement": who.statement}
            made = owner.ok("POST", "/complaints", body)
        self.cases[case] = made["complaints"][0]["id"]
        self.secrets.add(self.cases[case])
        identity = self.shop.deployment.platform.identities.by_subject(who.subject)
        self.secrets.add(identity.member_id if identity else who.subject)

    def _spelt(self, case: int, spelling: int) -> str:
        link = self.link(case)
        return (link, link.replace("https://shop", "HTTPS://SHOP"), link.replace(".example/", ".example:443/"), link + "#details")[spelling]

    def _notice(self, case: int) -> str | None:
        return next((one["id"] for one in self.respondent.all("/notices") if one["link"] == self.link(case)), None)

    def _step(self, step: Step) -> None:
        shop, case = self.shop, step.case
        desk = shop["desk-2" if step.what.endswith("2") else "desk"]
        complaint = f"/desk/complaints/{self.cases.get(case)}"
        match step.what:
            case "look":
                pass
            case "accept":
                desk.ok("POST", f"{complaint}/acceptance", {**WHY, "show_original": step.how == "original"})
            case "decline":
                desk.ok("POST", f"{complaint}/refusal", WHY)
            case "claim":
                desk.ok("POST", f"{complaint}/claim")
            case "lift":
                desk.ok("POST", f"{complaint}/lift", WHY)
            case "withdraw":
                who = self.cast[case]
                shop.member(who.subject, who.nickname).ok("POST", f"/complaints/{self.cases[case]}/withdrawal", {"reason": who.statement})
            case "appeal":
                evidence = self.respondent.ok("POST", "/evidence", files=[("mine.txt", b"it is mine")])["id"]
                body = {"grounds": "it is mine", "evidence": [evidence]}
                self.appeals[case] = self.respondent.ok("POST", f"/notices/{self._notice(case)}/appeals", body)["id"]
            case "special":
                desk.ok("POST", f"/desk/appeals/{self.appeals[case]}/special", {"reason": "a court decides"})
            case "uphold" | "uphold2" | "reject" | "reject2" | "not_accept":
                outcome = {"u": "upheld", "r": "rejected", "n": "not_accepted"}[step.what[0]]
                desk.ok("POST", f"/desk/appeals/{self.appeals[case]}/decision", {"outcome": outcome, **WHY})
            case "refeed":
                shots = [("new.jpg", self._shot(case, "part"))]
                shop["market"].ok("PUT", f"/marketplace/listings/{self.name}-{case}/pictures", files=shots)
            case "file":
                self._file(step.how)
            case _:
                assert step.what == "wait", step.what

    def _file(self, how: str) -> None:
        self.respondent.ok("POST", "/declaration", {"version": "1"})
        self.respondent.ok("POST", "/folders", {"name": "mine"})
        content = self._shot(0, "copy") if how == "copy" else self.copy(f"own-{self.name}", False)
        self.respondent("POST", "/folders/mine/pictures", files=[("mine.jpg", content)])

    def _look(self, in_full: bool = True) -> None:
        """The respondent reads all that it can read, or its notices alone."""
        for path in self.shop.readable_by("merchant") if in_full else ():
            answer = self.respondent("GET", path)
            assert answer.status_code in (200, 404), (path, answer.data)
        for notice in self.respondent.all("/notices"):
            self.respondent("GET", f"/notices/{notice['id']}")
            self.respondent("GET", f"/notices/{notice['id']}", **{"If-None-Match": str(self.respondent.last.headers["ETag"])})
            self.respondent("HEAD", f"/notices/{notice['id']}")
            if not in_full:
                continue
            if notice["picture"] is not None:
                assert self.respondent("GET", f"/notices/{notice['id']}/picture").status_code == 200
            for appeal in notice["appeals"]:
                assert self.respondent("GET", f"/notices/{notice['id']}/appeals/{appeal['round']}").status_code == 200

    def _probe(self) -> None:
        """The respondent tries what is not its own, with every id that it might have got hold of."""
        ask = self.respondent
        for known in [*self.cases.values(), *self.filings.values()]:
            for path in ("/complaints/{}", "/filings/{}", "/filings/{}/picture", "/filings/{}/certificate", "/filings/{}/vouchers"):
                assert ask.code("GET", path.format(known)) == (404, "not_found")
            for path in ("/notices/{}", "/notices/{}/picture", "/notices/{}/appeals/1", "/desk/complaints/{}", "/audit/cases/{}"):
                assert ask("GET", path.format(known)).status_code in (403, 404)
            assert ask.code("POST", f"/complaints/{known}/withdrawal", {}) == (404, "not_found")
            assert ask.code("POST", f"/notices/{known}/appeals", {"grounds": "mine"}) == (404, "not_found")
            assert ask.code("DELETE", f"/filings/{known}") == (404, "not_found")
            body = {"filing_id": known, "links": [self.link(0)], "statement": "mine"}
            assert ask.code("POST", "/complaints", body) == (404, "not_found")
            ask("POST", "/authorizations", {"nickname": f"{ask.subject}-nick", "filings": [known]})
            ask("POST", "/filings/disputes", {"refused_picture_id": known, "statement": "mine"})
        for notice in ask.all("/notices"):
            ask("POST", f"/notices/{notice['id']}/appeals", {"grounds": "mine", "evidence": []})
            ask("POST", f"/notices/{notice['id']}/appeals", {"grounds": ""})
            ask("POST", f"/notices/{notice['id']}/appeals", {"grounds": "x", "evidence": [*self.cases.values()]})
        ask("GET", "/notices?after=nonsense")

    def _posted(self) -> list[bytes]:
        """What webhooks would send to the respondent."""
        member = self.shop.deployment.platform.identities.by_subject(self.respondent.subject)
        if member is None:
            return []
        with self.shop.deployment.views.current() as reading:
            told = messages.of_member(reading, member.member_id, 200).items
            return [payload(one, language) for one in told for language in LANGUAGES]


def numbered(heard: Sequence[bytes]) -> list[bytes]:
    """What was heard, opaque ids being numbered by their first appearance."""
    known: dict[bytes, bytes] = {}

    def number(found: re.Match[bytes]) -> bytes:
        return known.setdefault(found[0], b"<%d>" % len(known))

    return [OPAQUE.sub(number, CURSOR.sub(number, answer)) for answer in heard]


def difference(one: Sequence[bytes], other: Sequence[bytes]) -> tuple[Any, ...] | None:
    """The first answer in which two worlds differ."""
    for number, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return number, a.decode(errors="replace"), b.decode(errors="replace")
    return None if len(one) == len(other) else ("length", len(one), len(other))
