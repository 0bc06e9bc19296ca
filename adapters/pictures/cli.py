"""What `originals pictures check`, `compare` and `rematch` do: plain functions that print and return an exit code."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from adapters.pictures.evidence import draw, numbers, words
from adapters.pictures.exam import examine
from adapters.pictures.features import Features
from adapters.pictures.inspector import PillowInspector
from adapters.pictures.judge import Proof
from adapters.pictures.marks import Marks, Suspect
from adapters.pictures.rematch import Rematched, reexamine
from adapters.wording.printer import escaped
from application.patience import Endless, Patience, TooBusy
from application.ports import Inspection, Vault
from domain.picture import Likeness
from domain.rulebook import PictureRules

WARNINGS = {"nothing_on_white": "nothing_on_white: on white nothing of it is seen"}
"""Each of the review's warnings in words: what refuses nothing."""


class UsageError(Exception):
    """An error of use: one line on stderr, exit 2."""


def check(
    files: Sequence[str | Path],
    rules: PictureRules | None = None,
    patience: Callable[[], Patience] = Endless,
    model: str = "",
) -> int:
    """Review files without filing them: a verdict and the reasons per file. 1 if any is refused, 2 on an error of use.

    `patience` makes the time that each file may take: where the machine was too busy to look at one in it, that is said, and 75.
    """
    inspector = PillowInspector(Marks(model))
    refused = 0
    try:
        for file in files:
            content = _read(file)
            seen = inspector.inspect_filing(Path(file).name, content, rules or PictureRules(), patience())
            refused += bool(seen.flaws)
            print(_checked(str(file), seen))
    except UsageError as error:
        return _misused(error)
    except TooBusy:
        print(f"originals: {file}: the machine was too busy to look at it; try again", file=sys.stderr)
        return os.EX_TEMPFAIL
    finally:
        inspector.close()
    return 1 if refused else 0


def _checked(file: str, seen: Inspection) -> str:
    pixels = f"{seen.width} x {seen.height} px, " if seen.width else ""
    size = f"{seen.format or 'unknown format'}, {pixels}{seen.size} bytes"
    if not seen.flaws:
        return "\n".join([f"{escaped(file)}: accepted ({size})", *(f"  warning: {WARNINGS[code]}" for code in seen.warnings)])
    return "\n".join([f"{escaped(file)}: refused ({size})", *(f"  {flaw_words(f.code, f.limit, f.measured)}" for f in seen.flaws)])


def flaw_words(code: str, limit: int | str | None, measured: int | str | None) -> str:
    """One broken rule in words: its code, the measured value, the limit."""
    told = [f"measured {measured}" if measured not in (None, "") else "", f"limit {limit}" if limit is not None else ""]
    return f"{code}: {', '.join(filter(None, told))}" if any(told) else code


def compare(a: str | Path, b: str | Path, out: str | Path | None = None, as_json: bool = False, model: str = "") -> int:
    """Compare picture A (the original) with B (the suspect), in both roles, and print the better finding. 2 on an error of use."""
    marks = Marks(None)  # a pair needs no index, hence no descriptor
    inspector = PillowInspector(marks)
    try:
        seen = [_inspected(inspector, file) for file in (a, b)]
        views = [marks.suspect(i.query or b"") for i in seen]
        identical = seen[0].digest == seen[1].digest
        originals = [marks.features(view, one.layer) for view, one in zip(views, seen, strict=True)]
        straight, turned = (examine(views[1 - i], originals[i], Marks(model).version, identical) for i in (0, 1))
        swap = turned.likeness.confidence > straight.likeness.confidence + 0.01
        roles = (1, 0) if swap else (0, 1)
        proof = turned if swap else straight
        names = tuple(str(file) for file in (a, b))
        if out is not None:
            _drawn(Path(out), originals[roles[0]], [views[i] for i in roles], [seen[i] for i in roles], [names[i] for i in roles], proof)
    except UsageError as error:
        return _misused(error)
    finally:
        inspector.close()
    print(json.dumps(_told(proof, seen, names, swap), indent=2) if as_json else "\n".join(_lines(proof, names, swap, out, identical)))
    return 0


def _inspected(inspector: PillowInspector, file: str | Path) -> Inspection:
    seen = inspector.inspect_listing(Path(file).name, _read(file))
    if seen.flaws:
        raise UsageError(f"{file}: {flaw_words(seen.flaws[0].code, seen.flaws[0].limit, seen.flaws[0].measured)}")
    return seen


def _drawn(out: Path, original: Features, views: list[Suspect], seen: list[Inspection], names: list[str], proof: Proof) -> None:
    captions = tuple(f"{role}: {Path(name).name}" for role, name in zip(("Original", "Suspect"), names, strict=True))
    facts = [
        f"{role}: {i.width} x {i.height} px, {i.size} bytes, SHA-256 {i.digest}"
        for role, i in zip(("Original", "Suspect"), seen, strict=True)
    ]
    features = None if proof.used is None else (original, proof.used)
    content = draw(views[0].view, views[1].view, features, proof, (captions[0], captions[1]), facts, seen[0].digest == seen[1].digest)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror or error}") from error


def _lines(proof: Proof, names: tuple[str, ...], swap: bool, out: str | Path | None, identical: bool) -> list[str]:
    roles = (names[1], names[0]) if swap else (names[0], names[1])
    lines = [
        proof.likeness.verdict.value,
        escaped(f"Original: {roles[0]}"),
        escaped(f"Suspect: {roles[1]}"),
        *words(proof.likeness),
        *numbers(proof, identical),
    ]
    return [*lines, escaped(f"Drawn side by side in {out}.")] if out is not None else lines


def _told(proof: Proof, seen: list[Inspection], names: tuple[str, ...], swap: bool) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(proof.likeness)
    for key, i, name in zip(("a", "b"), seen, names, strict=True):
        told[key] = {"file": name, "digest": i.digest, "width": i.width, "height": i.height, "format": i.format}
    told["original"], told["suspect"] = ("b", "a") if swap else ("a", "b")
    told["matched_points"] = 0 if proof.alignment is None else len(proof.alignment.pairs)
    told["agreement"] = 0.0 if proof.agreement is None else round(proof.agreement.share, 4)
    return told


def rematch(recorded: Iterable[tuple[str, str, Likeness]], vault: Vault, as_json: bool = False, model: str = "") -> int:
    """Re-examine recorded likenesses under the matcher's present version and report; nothing recorded is changed. Always 0.

    `recorded` are (suspect's digest, original's digest, likeness as recorded); pictures come from the vault.
    """
    marks = Marks(model)
    moves: Counter[tuple[str, str]] = Counter()
    changed: list[Rematched] = []
    relocated: list[Rematched] = []
    for line in reexamine(recorded, vault, marks):
        moves[line.was.verdict.value, _now(line)] += 1
        if _now(line) != line.was.verdict.value:
            changed.append(line)
        elif line.relocated:
            relocated.append(line)
    if as_json:
        told = {"matcher": marks.version, "examined": moves.total(), "moves": _nested(moves)}
        lines = {"changed": [_changed(line) for line in changed], "relocated": [_changed(line) for line in relocated]}
        print(json.dumps({**told, **lines}, indent=2))
        return 0
    print(f"{moves.total()} likenesses re-examined by {marks.version}, {len(changed)} changed, {len(relocated)} in another region.")
    for (was, now), count in sorted(moves.items()):
        print(f"  {was} -> {now}: {count}")
    for line in changed:
        print(f"  suspect {line.suspect[:16]}, original {line.original[:16]}: {line.was.verdict} by {line.was.matcher}, now {_now(line)}")
    for line in relocated:
        print(f"  suspect {line.suspect[:16]}, original {line.original[:16]}: {_covered(line.was)}, now {_covered(line.now or line.was)}")
    return 0


def _covered(likeness: Likeness) -> str:
    return "the whole original" if likeness.whole else f"{likeness.transform.covers:.0%} of the original"


def _now(line: Rematched) -> str:
    return "missing" if line.now is None else line.now.verdict.value


def _changed(line: Rematched) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(line._asdict())
    return told


def _nested(moves: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (was, now), count in sorted(moves.items()):
        nested.setdefault(was, {})[now] = count
    return nested


def _read(file: str | Path) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error


def _misused(error: UsageError) -> int:
    print(escaped(f"originals: {error}"), file=sys.stderr)
    return 2
