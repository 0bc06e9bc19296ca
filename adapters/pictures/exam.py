"""One suspect against one original: local features first, then, where that is likely to pay, a closer look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from adapters.pictures import covers, distractor, goods, layout, occlusion, overlay, pixels, tones, turned
from adapters.pictures import parameters as p
from adapters.pictures.behind import behind
from adapters.pictures.features import Bytes, Features, extract, small
from adapters.pictures.judge import Proof, by_features, by_shapes, different, identical, judged, small_part
from adapters.pictures.laid import Matrix
from adapters.pictures.marks import Suspect
from adapters.pictures.proof import INVERTED, UPRIGHT, Agreement, Alignment, agree, align, bent
from domain.picture import Verdict

Senses = Sequence[tuple[bool, bool]]


def examine(suspect: Suspect, original: Features, matcher: str, same_bytes: bool = False) -> Proof:
    """Everything that can be tried on one pair; `same_bytes` says that both files are the same."""
    if same_bytes:
        return Proof(identical(matcher))
    first = look(suspect, original, matcher)
    return first if first.likeness.verdict is Verdict.COPY else look_again(suspect, original, matcher, first)


def look(suspect: Suspect, original: Features, matcher: str) -> Proof:
    """The first look: a few milliseconds a pair once the suspect's features are there."""
    if pixels.same(suspect, original):
        return Proof(identical(matcher), same_pixels=True)
    first = _unhidden(suspect, original, _by_features(suspect, suspect.features(p.QUERY_SIDE), original, matcher, UPRIGHT))
    return _of_goods(suspect, original, first)


def look_at_negative(suspect: Suspect, original: Features, matcher: str) -> Proof:
    """The look at a pair of which one may be the other with light and dark exchanged."""
    return _by_features(suspect, suspect.features(p.QUERY_SIDE), original, matcher, INVERTED, p.SECOND_LOOK)


def look_again(suspect: Suspect, original: Features, matcher: str, first: Proof, inverted: bool = True, finer: bool = False) -> Proof:
    """The second look at a likely pair that the first one did not prove.

    Brightness inverted, where asked, or turned around in part; broad shapes where there are few features; the suspect's burnt-out
    tones where the first look found something; finer features there, and where the suspect has few: a small inset on a plain page;
    and, where asked, `finer` ones of an original that has few: a small part of smooth goods.
    """
    coarse = suspect.features(p.QUERY_SIDE)
    proofs = [first]
    if inverted:
        proofs.append(_by_features(suspect, coarse, original, matcher, INVERTED, p.SECOND_LOOK))
    proofs += [_turned(suspect, original, proof) for proof in proofs]
    if min(len(coarse.points), len(original.points)) < p.SMOOTH:
        proofs.append(_by_shapes(suspect, original, matcher))
    if _promising(first):
        proofs.append(_closer(suspect, original, matcher, first))
        proofs.append(_burnt(suspect, original, matcher, first))
    if first.alignment is not None and len(first.alignment.pairs) >= p.BENT_INLIERS:
        proofs.append(_bent(suspect, original, first))
    if _promising(first) or len(coarse.points) < p.SMOOTH:
        fine = _by_features(suspect, suspect.features(p.FINE_QUERY_SIDE), original, matcher, UPRIGHT, p.SECOND_LOOK)
        fine = _unhidden(suspect, original, fine)
        proofs += [fine, _closer(suspect, original, matcher, fine)] if _promising(fine) else [fine]
    if finer and not _promising(first) and (known := _finer(original)) is not None:
        proofs.append(_by_features(suspect, coarse, known, matcher, UPRIGHT, p.SECOND_LOOK))
    return max(proofs, key=lambda proof: proof.likeness.confidence)


def _by_features(suspect: Suspect, features: Features, original: Features, matcher: str, senses: Senses, penalty: float = 0.0) -> Proof:
    alignment = align(features, original, senses)
    if alignment is None:
        return Proof(different(matcher))
    original = behind(suspect.grey, original, alignment.matrix, alignment.inverted)
    agreement = agree(suspect.grey, original.grey, alignment.matrix, alignment.inverted, drawn=original.drawn)
    low, high = p.UNCLEAR
    if low <= agreement.held < high and not alignment.inverted:
        alignment, agreement = _refined(suspect.grey, original, alignment, agreement, p.REFINE_SIDE)
    held, exact = p.INEXACT
    if agreement.held >= held and agreement.exact < exact and not alignment.inverted:
        alignment, agreement = _refined(suspect.grey, original, alignment, agreement, p.FINE.side)
    return _judged(suspect, original, original.grey, Proof(different(matcher), alignment, agreement, features), penalty)


def _judged(suspect: Suspect, original: Features, grey: Bytes, proof: Proof, penalty: float = p.SECOND_LOOK) -> Proof:
    """The proof with its verdict; `grey` is what the suspect was compared with. What shows another thing is no copy."""
    assert proof.alignment is not None and proof.agreement is not None
    sure, alignment = by_features(proof.agreement, penalty), proof.alignment
    if small_part(proof.agreement) and 0 < len(alignment.pairs) < p.SMALL_PART_MATCHES:
        sure = min(sure, p.SHARED_GROUND)
    if (
        sure >= p.COPY
        and not alignment.inverted
        and distractor.share(suspect.grey, grey, alignment.matrix, drawn=original.drawn) >= p.DISTRACTOR
    ):
        sure = p.SHARED_GROUND
    if sure >= p.SUSPICION:
        sure = min(sure, layout.ceiling(_upright(suspect, alignment), original, alignment.matrix))
    likeness = judged(sure, suspect.size, original, alignment, proof.agreement, proof.likeness.matcher)
    return Proof(likeness, alignment, proof.agreement, proof.used)


def _unhidden(suspect: Suspect, original: Features, proof: Proof) -> Proof:
    """The same alignment, judged by what is left to be seen where something printed lies over a copy, if that is surer."""
    alignment, agreement = proof.alignment, proof.agreement
    if proof.likeness.verdict is Verdict.COPY or alignment is None or agreement is None or alignment.inverted:
        return proof
    if len(alignment.pairs) < covers.OCCLUDED_INLIERS:
        return proof
    original = behind(suspect.grey, original, alignment.matrix)
    seen = occlusion.visible(suspect.grey, original.grey, alignment.matrix, drawn=original.drawn)
    sure = 0.0 if seen is None else occlusion.confidence(seen)
    if sure <= proof.likeness.confidence:
        return proof
    sure = min(sure, layout.ceiling(suspect.grey, original, alignment.matrix, hidden=True))
    likeness = judged(sure, suspect.size, original, alignment, agreement, proof.likeness.matcher)
    return replace(proof, likeness=likeness) if sure > proof.likeness.confidence else proof


def _turned(suspect: Suspect, original: Features, proof: Proof) -> Proof:
    """The same alignment, judged by edges that may have light and dark exchanged, if that is surer."""
    alignment, agreement = proof.alignment, proof.agreement
    if alignment is None or agreement is None or len(alignment.pairs) < covers.OCCLUDED_INLIERS:
        return proof
    original = behind(suspect.grey, original, alignment.matrix, alignment.inverted)
    sure = turned.confidence(suspect.grey, original, alignment.matrix)
    if sure <= proof.likeness.confidence:
        return proof
    return replace(proof, likeness=judged(sure, suspect.size, original, alignment, agreement, proof.likeness.matcher))


def _of_goods(suspect: Suspect, original: Features, proof: Proof) -> Proof:
    """The same alignment, judged by the goods alone where the original has a plain ground, if that is surer: a thief changes grounds."""
    alignment = proof.alignment
    if proof.likeness.verdict is Verdict.COPY or alignment is None or alignment.inverted or len(alignment.pairs) < covers.OCCLUDED_INLIERS:
        return proof
    if (mask := goods.of(original)) is None:
        return proof
    agreement = agree(suspect.grey, original.grey, alignment.matrix, drawn=mask)
    if agreement.exact < p.GOODS_EXACT:
        return proof
    alone = Proof(different(proof.likeness.matcher), alignment, agreement, proof.used)
    return max(proof, _judged(suspect, replace(original, drawn=mask), original.grey, alone), key=lambda one: one.likeness.confidence)


def _finer(original: Features) -> Features | None:
    """An original of few features with those that it has at a finer scale; None where it has enough, or cannot be had."""
    if len(original.points) >= p.FEW_OF_ORIGINAL or original.clear or original.fine is None:
        return None
    if "finer" not in original.more:
        fine = original.fine()
        found = None if fine is None else extract(fine, p.FINE_QUERY_SIDE, p.FINE_ORIGINAL_COUNT)
        original.more["finer"] = found and replace(
            found, width=original.width, height=original.height, grey=original.grey, fine=original.fine
        )
    kept: Features | None = original.more["finer"]
    return kept


def _upright(suspect: Suspect, alignment: Alignment) -> Bytes:
    """The suspect in grey, light and dark as in the original."""
    return 255 - suspect.grey if alignment.inverted else suspect.grey


def _closer(suspect: Suspect, original: Features, matcher: str, proof: Proof) -> Proof:
    """The same alignment, moved by the pixels themselves to where both pictures agree best."""
    if proof.alignment is None or proof.alignment.inverted:
        return proof
    original = behind(suspect.grey, original, proof.alignment.matrix)
    matrix = overlay.refined(suspect.grey, original.grey, proof.alignment.matrix, p.FINE.side, bent=False)
    agreement = agree(suspect.grey, original.grey, matrix, drawn=original.drawn)
    alignment = Alignment(matrix, False, proof.alignment.pairs)
    return _judged(suspect, original, original.grey, Proof(different(matcher), alignment, agreement, proof.used))


def _bent(suspect: Suspect, original: Features, proof: Proof) -> Proof:
    """A homography of its own, refined by the pixels: the first alignment follows one plane seen from the side only in part."""
    if proof.alignment is None or proof.alignment.inverted or proof.used is None or original.clear:
        return proof
    alignment = bent(proof.used, original, proof.alignment)
    if alignment is None:
        return proof
    matrix = overlay.refined(suspect.grey, original.grey, alignment.matrix, p.FINE.side, bent=True)
    alignment = Alignment(matrix, False, alignment.pairs)
    agreement = agree(suspect.grey, original.grey, matrix)
    return _judged(suspect, original, original.grey, Proof(different(proof.likeness.matcher), alignment, agreement, proof.used))


def _burnt(suspect: Suspect, original: Features, matcher: str, proof: Proof) -> Proof:
    """The same alignment, the original compared with the suspect's tones, where those are burnt out."""
    if proof.alignment is None or proof.agreement is None or proof.alignment.inverted:
        return proof
    original = behind(suspect.grey, original, proof.alignment.matrix)
    toned = tones.burnt(suspect.grey, original.grey, proof.alignment.matrix)
    if toned is None:
        return proof
    agreement = agree(suspect.grey, toned, proof.alignment.matrix, drawn=original.drawn)
    if agreement.known < p.BURNT_LEFT * proof.agreement.known:
        return proof
    return _judged(suspect, original, toned, Proof(different(matcher), proof.alignment, agreement, proof.used))


def _promising(proof: Proof) -> bool:
    inliers, held = p.PROMISING
    if proof.alignment is None or proof.agreement is None:
        return False
    return len(proof.alignment.pairs) >= inliers and proof.agreement.held >= held


def _refined(view: Bytes, original: Features, alignment: Alignment, agreement: Agreement, side: int) -> tuple[Alignment, Agreement]:
    """The alignment moved by the pixels at that side, where more windows agree then."""
    matrix = overlay.refined(view, original.grey, alignment.matrix, side, bent=False)
    better = agree(view, original.grey, matrix, drawn=original.drawn)
    more = (better.kept > agreement.kept and better.held > agreement.held) if side < p.FINE.side else better.close > agreement.close
    if not more:
        return alignment, agreement
    return Alignment(matrix, False, alignment.pairs), better


def _by_shapes(suspect: Suspect, original: Features, matcher: str) -> Proof:
    best = Proof(different(matcher))
    original = behind(suspect.grey, original)
    for guess in overlay.guesses(suspect.grey, original.grey):
        matrix = overlay.refined(suspect.grey, original.grey, guess, 96, bent=False)
        matrix = overlay.refined(suspect.grey, original.grey, matrix, p.REFINE_SIDE, bent=True)
        agreement = agree(suspect.grey, original.grey, matrix, scale=p.COARSE, drawn=original.drawn)
        slopes, covers = overlay.likeness(suspect.grey, small(original.grey, p.COARSE.side), matrix)
        sure = by_shapes(agreement, slopes, covers)
        if sure >= p.SUSPICION:
            sure = min(sure, layout.ceiling(suspect.grey, original, matrix))
        if sure > best.likeness.confidence:
            alignment = Alignment(matrix, False, np.zeros((0, 2), np.int64))
            best = Proof(judged(sure, suspect.size, original, alignment, agreement, matcher), alignment, agreement)
        best = max(best, _burnt_shapes(suspect, original, matcher, guess), key=lambda proof: proof.likeness.confidence)
    return best


def _burnt_shapes(suspect: Suspect, original: Features, matcher: str, guess: Matrix) -> Proof:
    """The same for a guess, with the suspect's burnt-out tones; refining by pixels would go astray there."""
    nothing = Proof(different(matcher))
    alignment = Alignment(guess, False, np.zeros((0, 2), np.int64))
    before = agree(suspect.grey, original.grey, guess, drawn=original.drawn)
    toned = _burnt(suspect, original, matcher, Proof(different(matcher), alignment, before))
    if toned.agreement is None or toned.agreement.held < p.SHAPES_HELD or toned.agreement.exact < p.SHAPES_EXACT:
        return nothing
    return toned
