"""The two-stage matcher: candidates from an index, then proof (rules B4, F2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from adapters.pictures import codes, limits
from adapters.pictures import parameters as p
from adapters.pictures.behind import layer_of
from adapters.pictures.features import Bytes, Features, Floats, Layer, pack, small, unpack
from adapters.pictures.few import Later, both
from adapters.pictures.hands import HANDS
from adapters.pictures.hunt import Hunt, InPiece
from adapters.pictures.kept import Kept
from adapters.pictures.leading import Line
from adapters.pictures.marks import Marks, Suspect, decoded, with_opacity
from adapters.pictures.store import SPACES, CopySpace, Space, layer_in, picture
from application.patience import ENDLESS, Patience
from application.ports import Fingerprints, Inspection, MatchResult, PictureMatch, Pieces, Vault


class PictureMatcher:
    """Fulfils `application.ports.Matcher`: with the learned descriptor where its model is installed, else with local codes."""

    def __init__(
        self,
        fingerprints: Fingerprints,
        vault: Vault,
        marks: Marks | None = None,
        folder: Path | None = None,
        spaces: Sequence[CopySpace] = (),
    ) -> None:
        """Reads nothing before the first search.

        `marks` chooses the mode (by default what is installed); in `folder` (it exists) the index is kept from one start to
        the next, without it a start reads every row. `spaces` are those of filings and of listings where others hold them.
        """
        self._marks = marks or Marks()
        self._vault = vault
        self._fingerprints = fingerprints
        self._filings, self._listings = spaces or [Space(name, fingerprints, vault, self._marks, folder) for name in SPACES]
        self._originals: Kept[Features] = Kept(p.KEPT_ORIGINALS)
        self._listed: Kept[Suspect] = Kept(p.KEPT_SUSPECTS)

    @property
    def version(self) -> str:
        """Name and version of the mode in force."""
        return self._marks.version

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        """Which filed pictures the inspected one is a copy of."""
        upto = self._filings.follow()
        if inspection.query is None:
            return MatchResult([], upto)
        suspect = self._marks.suspect(inspection.query)

        def pair(digest: str) -> tuple[Suspect, Features]:
            return suspect, self._originals.get(digest, lambda: self._original(digest))

        hunt = Hunt(self._filings, inspection.digest, pair, self._marks)
        hunt.look(self._whole_candidates(suspect))
        pieces = self._in_pieces(hunt, suspect) if self._marks.learned and not hunt.filled else None
        hunt.look_again()
        return MatchResult(hunt.ranked(), upto, pieces)

    def seek_copies(self, inspection: Inspection) -> MatchResult:
        """Which listing pictures already known are copies of the inspected new filing."""
        upto = self._listings.follow()
        if inspection.query is None or inspection.features is None:
            return MatchResult([], upto)
        original = replace(unpack(inspection.features), fine=lambda: _grey(inspection.scaled), layer=lambda: _layer(inspection.layer))

        def pair(digest: str) -> tuple[Suspect, Features]:
            return self._listed.get(digest, lambda: Suspect(decoded(picture(self._vault, digest)), self._marks)), original

        hunt = Hunt(self._listings, inspection.digest, pair, self._marks, exhaustive=True)
        sought = self._marks.suspect(inspection.query)
        whole = self._marks.wholes(inspection.fingerprint or b"", sought) if self._marks.learned else None
        candidates = self._listing_candidates(whole, lambda: original if original.clear else sought.features(p.QUERY_SIDE))
        candidates = candidates[: p.LISTING_CANDIDATES]
        hunt.look(candidates)
        if whole is not None:
            self._pieces_of_listings(hunt, whole, candidates)
        hunt.look_again()
        return MatchResult(hunt.ranked(), upto)

    def seek_originals_of_many(self, inspections: Sequence[Inspection], patience: Patience = ENDLESS) -> list[MatchResult]:
        """`seek_originals` for many pictures. Raises TooBusy where patience ends first."""
        return HANDS.each(self.seek_originals, inspections, patience)

    def seek_originals_since(self, inspections: Sequence[Inspection], after: int) -> list[MatchResult]:
        """`seek_originals` for many pictures, among what was filed after that number only."""
        later = PictureMatcher(Later(self._fingerprints, after), self._vault, self._marks)
        sought = [later.seek_originals(inspection) for inspection in inspections]
        return [one._replace(upto=max(one.upto, after)) for one in sought]

    def seek_among(self, inspection: Inspection, originals: Sequence[Inspection]) -> list[PictureMatch]:
        """Which of the pictures at hand the inspected one is a copy of."""
        return PictureMatcher(*both(originals), self._marks).seek_originals(inspection).found

    def _whole_candidates(self, suspect: Suspect) -> Line:
        """What the suspect resembles as a whole; a long page only what it resembles much, since it may be a strip of one picture."""
        if self._marks.learned:
            most, least = (limits.NEAREST_PIECE, p.INSIST_COSINE) if suspect.long else (p.CANDIDATES, p.LEAST_COSINE)
            return _close(self._filings.nearest(suspect.whole(), p.NEAREST), least)[:most]
        return _voted(self._filings, suspect.features(p.QUERY_SIDE), p.CODES_QUERY)[: p.CANDIDATES]

    def _in_pieces(self, hunt: Hunt, suspect: Suspect) -> Pieces:
        """Seek the suspect's pieces: what they resemble in the whole of it first, then in each by itself."""
        pieces = suspect.pieces()
        lines = self._filings.nearest(suspect.vectors(), p.NEAREST)
        if not suspect.long:
            hunt.look(_in_turns(lines)[: p.CANDIDATES])
            hunt.look_at_negatives(_close(self._filings.nearest(suspect.negative(), p.NEGATIVES), p.NEGATIVE_COSINE))
        if not hunt.filled:
            each = [InPiece(score, piece, digest) for piece, line in enumerate(lines) for digest, score in line[: limits.NEAREST_PIECE]]
            hunt.look_at_pieces(each, pieces.tries, pieces.sure)
        return Pieces(len(pieces.pieces), pieces.of)

    def _listing_candidates(self, whole: Floats | None, features: Callable[[], Features]) -> Line:
        """By the vectors of the whole original, one for each ground it is seen on, or by its features."""
        if whole is not None:
            return _close(self._listings.nearest(whole, p.LISTING_CANDIDATES), p.LISTING_COSINE)
        return _voted(self._listings, features(), p.CODES_QUERY, p.LISTING_CANDIDATES)

    def _pieces_of_listings(self, hunt: Hunt, whole: Floats, candidates: Line) -> None:
        """Look for an original in the pieces of the likeliest listing pictures in which it was not found as they are."""
        likely = [digest for digest, score in candidates if score >= p.INSIST_COSINE and not hunt.has(digest)]
        for digest in likely[: limits.LISTINGS_IN_PIECES]:
            listed = self._listed_suspect(digest)
            if listed is not None:
                alike = (listed.vectors() @ whole.T).max(axis=1).tolist()
                hunt.look_at_pieces([InPiece(one, piece, digest) for piece, one in enumerate(alike)], limits.PIECE_TRIES, 0)

    def _listed_suspect(self, digest: str) -> Suspect | None:
        try:
            return self._listed.get(digest, lambda: Suspect(decoded(picture(self._vault, digest)), self._marks))
        except (KeyError, ValueError):
            return None

    def _original(self, digest: str) -> Features:
        stored = self._stored(digest)
        return replace(stored, fine=lambda: _grey(self._scaled(digest)), layer=lambda: _layer(layer_in(self._vault, digest)))

    def _scaled(self, digest: str) -> bytes | None:
        try:
            return picture(self._vault, digest)
        except KeyError:
            return None

    def _stored(self, digest: str) -> Features:
        try:
            return unpack(self._vault.get("features", digest))
        except (KeyError, ValueError):
            scaled, layer = picture(self._vault, digest), layer_in(self._vault, digest)
            features = self._marks.features(Suspect(decoded(scaled), self._marks), layer)
            self._vault.put("features", digest, pack(features))
            return features


def _grey(scaled: bytes | None) -> Bytes | None:
    """A scaled picture in grey, as a view of it is; None where there is none that can be read."""
    try:
        return None if scaled is None else np.asarray(cv2.cvtColor(small(decoded(scaled), limits.VIEW_SIDE), cv2.COLOR_RGB2GRAY))
    except ValueError:
        return None


def _layer(content: bytes | None) -> Layer | None:
    """What is drawn on a clear ground, in grey; None where there is nothing that can be read."""
    try:
        return None if content is None else layer_of(with_opacity(content))
    except ValueError:
        return None


def _close(found: Iterable[Line], least: float = p.LEAST_COSINE) -> Line:
    """The nearest of every vector sought together, each with its best cosine, none under `least`."""
    best: dict[str, float] = {}
    for line in found:
        for digest, cosine in line:
            if cosine >= least:
                best[digest] = max(cosine, best.get(digest, 0.0))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))


def _in_turns(found: Sequence[Line]) -> Line:
    """The nearest of every vector sought, then the second nearest of each, and so on, each with its best cosine."""
    best = dict(_close(found))
    turns = sorted((place, -cosine, digest) for line in found for place, (digest, cosine) in enumerate(line) if digest in best)
    return [(digest, best[digest]) for digest in dict.fromkeys(digest for *_, digest in turns)]


def _voted(space: CopySpace, features: Features, count: int, most: int = p.NEAREST) -> Line:
    """Candidates by local codes in both senses, and by the whole picture's hash (which counts as many votes)."""
    sought = [codes.local(features, count), codes.local(features, count, mirrored=True)]
    votes, alike = space.voted(sought, codes.wholes(features.grey), most)
    best = dict(votes)
    for digest, bits in alike:
        best[digest] = max(best.get(digest, 0.0), p.HASH_VOTES * (1 + bits / (2 * p.HASH_DISTANCE)))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))
