"""One search: candidates are looked at, likeliest first, and the most promising of the unproved ones a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from adapters.pictures import parameters as p
from adapters.pictures.exam import look, look_again
from adapters.pictures.features import Features
from adapters.pictures.judge import Proof, identical
from adapters.pictures.marks import Marks, Suspect
from adapters.pictures.store import Space
from application.ports import PictureMatch
from domain.picture import Likeness, Verdict

Candidates = list[tuple[int, float]]
"""Pictures' numbers in a space with their first-stage scores, likeliest first."""
Pairing = Callable[[str], tuple[Suspect, Features]]
"""From a found digest to the suspect and the original that it makes a pair with. Raises KeyError or ValueError."""


class _Unclear(NamedTuple):
    """A likely candidate that the first look did not prove."""

    digest: str
    pair: tuple[Suspect, Features]
    proof: Proof
    score: float


class Hunt:
    """The state of one search in one space."""

    def __init__(self, space: Space, digest: str, pair: Pairing, marks: Marks, exhaustive: bool = False) -> None:
        """`digest` is the sought picture's: the same bytes need no proof. With `exhaustive` a copy found ends nothing."""
        self._space = space
        self._pair = pair
        self._marks = marks
        self._exhaustive = exhaustive
        self._found: dict[str, Likeness] = {}
        self._tried: set[str] = set()
        self._unclear: list[_Unclear] = []
        self._least = 0.0
        if digest in space.numbers:
            self._found[digest] = identical(marks.version)

    def look(self, candidates: Candidates) -> None:
        """Look at each; once a copy is found, only at those still about as likely."""
        insist = p.INSIST_COSINE if self._marks.learned else p.INSIST_VOTES
        for number, score in candidates:
            digest = self._space.digests[number]
            if score < self._least and not self._exhaustive:
                break
            if digest in self._found or digest in self._tried or (pair := self._paired(digest)) is None:
                continue
            self._tried.add(digest)
            proof = look(*pair, self._marks.version)
            if self._keep(digest, proof):
                self._least = max(self._least, score * p.STILL_ALIKE)
            elif score >= insist or (self._marks.learned and len(self._unclear) < p.ALWAYS):
                self._unclear.append(_Unclear(digest, pair, proof, score))

    def look_again(self) -> None:
        """Look again at the most promising unclear ones, where nothing was proved."""
        if self._least and not self._exhaustive:
            return
        self._unclear.sort(key=lambda one: (-one.proof.likeness.confidence, -one.score, one.digest))
        for one in self._unclear[: p.INSISTED]:
            self._keep(one.digest, look_again(*one.pair, self._marks.version, one.proof, inverted=self._marks.learned))

    @property
    def filled(self) -> bool:
        """Whether a copy takes so much of the suspect that no other original is worth seeking in its parts."""
        return any(
            likeness.verdict is Verdict.COPY
            and (likeness.region.right - likeness.region.left) * (likeness.region.bottom - likeness.region.top) >= p.LARGE_REGION
            for likeness in self._found.values()
        )

    def ranked(self) -> list[PictureMatch]:
        """What was found: copies first, surest first."""
        ranked = sorted(self._found.items(), key=lambda item: (item[1].verdict is not Verdict.COPY, -item[1].confidence, item[0]))
        return [PictureMatch(digest, likeness) for digest, likeness in ranked]

    def _paired(self, digest: str) -> tuple[Suspect, Features] | None:
        """Both sides of a pair; None where the vault has lost one."""
        try:
            return self._pair(digest)
        except (KeyError, ValueError):
            return None

    def _keep(self, digest: str, proof: Proof) -> bool:
        """Keep a copy or a suspicion; whether it is a copy."""
        if proof.likeness.verdict is not Verdict.DIFFERENT:
            self._found[digest] = proof.likeness
        return proof.likeness.verdict is Verdict.COPY
