"""One search: candidates are looked at, likeliest first, then in pieces of the suspect, and the most promising unproved ones once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from msgspec import structs

from adapters.pictures import limits
from adapters.pictures import parameters as p
from adapters.pictures.exam import look, look_again, look_at_negative
from adapters.pictures.features import Features
from adapters.pictures.judge import Proof, identical
from adapters.pictures.leading import Line
from adapters.pictures.marks import Marks, Suspect
from adapters.pictures.store import CopySpace
from application.ports import PictureMatch
from domain.picture import Box, Likeness, Verdict

Pairing = Callable[[str], tuple[Suspect, Features]]
"""From a found digest to the suspect and the original that it makes a pair with. Raises KeyError or ValueError."""


class InPiece(NamedTuple):
    """A candidate for one piece of a suspect: likeness of the vectors, the piece's number, the candidate's digest."""

    score: float
    piece: int
    digest: str


class _Unclear(NamedTuple):
    """A likely candidate that the first look did not prove."""

    digest: str
    pair: tuple[Suspect, Features]
    proof: Proof
    score: float


class Hunt:
    """The state of one search in one space."""

    def __init__(self, space: CopySpace, digest: str, pair: Pairing, marks: Marks, exhaustive: bool = False) -> None:
        """`digest` is the sought picture's: the same bytes need no proof. With `exhaustive` a copy found ends nothing."""
        self._pair = pair
        self._marks = marks
        self._exhaustive = exhaustive
        self._found: dict[str, Likeness] = {}
        self._tried: set[str] = set()
        self._unclear: list[_Unclear] = []
        self._least = 0.0
        if space.knows(digest):
            self._found[digest] = identical(marks.version)

    def look(self, candidates: Line) -> None:
        """Look at each; once a copy is found, only at those still about as likely."""
        insist = p.INSIST_COSINE if self._marks.learned else p.INSIST_VOTES
        for digest, score in candidates:
            if score < self._least and not self._exhaustive:
                continue
            if digest in self._found or digest in self._tried or (pair := self._paired(digest)) is None:
                continue
            self._tried.add(digest)
            proof = look(*pair, self._marks.version)
            if self._keep(digest, proof):
                self._least = max(self._least, score * p.STILL_ALIKE)
            elif score >= insist or (self._marks.learned and len(self._unclear) < p.ALWAYS):
                self._unclear.append(_Unclear(digest, pair, proof, score))

    def look_at_negatives(self, candidates: Line) -> None:
        """Look at each with light and dark exchanged; once a copy is found, only at those still about as likely."""
        for digest, score in candidates:
            if score < self._least and not self._exhaustive:
                break
            if not self._is_copy(digest) and (pair := self._paired(digest)) is not None:
                self._keep(digest, look_at_negative(*pair, self._marks.version))

    def look_at_pieces(self, candidates: list[InPiece], tries: int, sure: int) -> None:
        """Look at candidates of pieces, likeliest first, in at most `tries` pieces; those from number `sure` on only where they are likely.

        What lies in a part where a copy was found is passed over.
        """
        pieces: dict[tuple[int, int], tuple[Suspect, Box]] = {}
        unclear: list[tuple[float, str, tuple[Suspect, Features, Box], Proof]] = []
        for score, piece, digest in sorted(candidates, reverse=True):
            if self._is_copy(digest) or (piece >= sure and score < limits.TILE_COSINE) or (pair := self._paired(digest)) is None:
                continue
            key = (id(pair[0]), piece)
            if key not in pieces:
                if len(pieces) >= tries:
                    continue
                pieces[key] = pair[0].piece(piece)
            suspect, box = pieces[key]
            if self._taken(box):
                continue
            proof = look(suspect, pair[1], self._marks.version)
            if not self._keep(digest, _placed(proof, box)):
                unclear.append((proof.likeness.confidence or score / 10, digest, (suspect, pair[1], box), proof))
        for _, digest, (suspect, original, box), proof in sorted(unclear, key=lambda one: -one[0])[: p.INSISTED]:
            if not self._is_copy(digest) and not self._taken(box):
                self._keep(digest, _placed(look_again(suspect, original, self._marks.version, proof, inverted=True), box))

    def look_again(self) -> None:
        """Look again at the most promising unclear ones, where nothing was proved."""
        if self._least and not self._exhaustive:
            return
        self._unclear.sort(key=lambda one: (-one.proof.likeness.confidence, -one.score, one.digest))
        likeliest = max((one.score for one in self._unclear), default=0.0)
        for one in self._unclear[: p.INSISTED]:
            finer = self._marks.learned and one.score >= max(likeliest, p.FINER_COSINE)
            self._keep(one.digest, look_again(*one.pair, self._marks.version, one.proof, inverted=self._marks.learned, finer=finer))

    def has(self, digest: str) -> bool:
        """Whether that picture was found to be a copy."""
        return self._is_copy(digest)

    @property
    def filled(self) -> bool:
        """Whether a copy takes so much of the suspect that no other original is worth seeking in its parts."""
        return any(likeness.verdict is Verdict.COPY and _area(likeness.region) >= p.LARGE_REGION for likeness in self._found.values())

    def ranked(self) -> list[PictureMatch]:
        """What was found: copies first, surest first."""
        ranked = sorted(
            explained(self._found).items(), key=lambda item: (item[1].verdict is not Verdict.COPY, -item[1].confidence, item[0])
        )
        return [PictureMatch(digest, likeness) for digest, likeness in ranked]

    def _paired(self, digest: str) -> tuple[Suspect, Features] | None:
        """Both sides of a pair; None where the vault has lost one."""
        try:
            return self._pair(digest)
        except (KeyError, ValueError):
            return None

    def _keep(self, digest: str, proof: Proof) -> bool:
        """Keep a copy or a suspicion, unless a surer one is known; whether it is a copy."""
        likeness = proof.likeness
        if likeness.verdict is not Verdict.DIFFERENT and (
            digest not in self._found or likeness.confidence > self._found[digest].confidence
        ):
            self._found[digest] = likeness
        return likeness.verdict is Verdict.COPY

    def _is_copy(self, digest: str) -> bool:
        return digest in self._found and self._found[digest].verdict is Verdict.COPY

    def _taken(self, box: Box) -> bool:
        """Whether a copy was found in most of that part of the suspect, or takes most of it."""
        return any(
            one.verdict is Verdict.COPY and _common(one.region, box) >= limits.PIECE_TAKEN * _area(box) for one in self._found.values()
        )


def explained(found: dict[str, Likeness]) -> dict[str, Likeness]:
    """The same, a copy as a suspicion where a surer one takes its place in the suspect: two shots of one model share their legs."""
    sure, unsure = p.EXPLAINS
    surest = [one for one in found.values() if one.verdict is Verdict.COPY and one.confidence >= sure]

    def lessened(one: Likeness) -> Likeness:
        if one.verdict is not Verdict.COPY or one.confidence >= unsure:
            return one
        if not any(_common(other.region, one.region) >= p.EXPLAINED * _area(one.region) for other in surest):
            return one
        return structs.replace(one, verdict=Verdict.SUSPICION, confidence=p.SHARED_GROUND)

    return {digest: lessened(one) for digest, one in found.items()}


def _placed(proof: Proof, box: Box) -> Proof:
    """What was found in a piece, told of the whole suspect, in which the piece lies at `box`."""
    likeness, (left, top) = proof.likeness, (box.left, box.top)
    if likeness.verdict is Verdict.DIFFERENT:
        return proof
    wide, high, own = box.right - left, box.bottom - top, likeness.region
    edges = (left + own.left * wide, top + own.top * high, left + own.right * wide, top + own.bottom * high)
    region = Box(*(round(edge, 4) for edge in edges))
    return replace(proof, likeness=structs.replace(likeness, region=region, whole=likeness.whole and _area(region) >= p.WHOLE_REGION))


def _area(box: Box) -> float:
    return max(0.0, box.right - box.left) * max(0.0, box.bottom - box.top)


def _common(a: Box, b: Box) -> float:
    """The area that two boxes have in common."""
    return _area(Box(max(a.left, b.left), max(a.top, b.top), min(a.right, b.right), min(a.bottom, b.bottom)))
