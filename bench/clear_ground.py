"""How often what is drawn on a clear ground is found, whatever ground is put behind it, and how often other art is.

    python -m bench.clear_ground [--photographs DIR] [--arts N] [--json]

Art of every kind is drawn in white, grey and black, put onto every ground, saved as a JPEG and examined against the original,
and against the other art of its kind on the very same ground. No index and no model take part: it is the proof that is tried.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from adapters.pictures import grounds
from adapters.pictures.exam import examine
from adapters.pictures.features import Features
from adapters.pictures.marks import Marks, Suspect, decoded
from bench import clear_art
from domain.picture import Verdict

SIDE = 480
_MARKS = Marks(None)


def original(art: Image.Image) -> Features:
    """What is kept of a picture with a clear ground when it is filed."""
    out = io.BytesIO()
    art.save(out, "WEBP", quality=90)
    return _MARKS.features(Suspect(np.asarray(grounds.shown(art)[0]), _MARKS), out.getvalue())


def suspect(page: Image.Image) -> Suspect:
    """A listing's picture."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=85)
    return Suspect(decoded(out.getvalue()), _MARKS)


def measure(arts: int, photographs: Path | None) -> dict[str, Any]:
    """Verdicts by kind, tone and ground: of the copy, and how many of the strangers were called copies."""
    behind: dict[str, Any] = dict(clear_art.GROUNDS)
    if photographs is not None:
        behind |= {f"photograph {i}": Image.open(file) for i, file in enumerate(sorted(photographs.glob("*.jpg"))[:2], start=1)}
    found: dict[str, dict[str, list[str]]] = {}
    false, pairs, suspicions = [], 0, 0
    for kind, draw in clear_art.ART.items():
        for tone, grey in clear_art.TONES.items():
            drawn = [draw(seed, grey, SIDE) for seed in range(arts)]
            kept = [original(art) for art in drawn]
            for ground, colour in behind.items():
                for number, art in enumerate(drawn):
                    sought = suspect(clear_art.on(art, colour))
                    verdicts = [examine(sought, one, _MARKS.version).likeness.verdict for one in kept]
                    found.setdefault(f"{tone} {kind}", {}).setdefault(ground, []).append(str(verdicts.pop(number)))
                    pairs += len(verdicts)
                    suspicions += verdicts.count(Verdict.SUSPICION)
                    false += [(kind, tone, ground, number)] * verdicts.count(Verdict.COPY)
    return {"found": found, "false": false, "pairs": pairs, "suspicions": suspicions}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--photographs", type=Path, help="a folder of JPEGs, two of which are grounds as well")
    parser.add_argument("--arts", type=int, default=2, help="how many of each kind and tone")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    began = time.process_time()
    told = measure(args.arts, args.photographs)
    if args.json:
        print(json.dumps(told, indent=2))
        return
    for kind, by_ground in told["found"].items():
        shares = {ground: verdicts.count("copy") / len(verdicts) for ground, verdicts in by_ground.items()}
        print(f"{kind:<14}", "  ".join(f"{ground} {share:.2f}" for ground, share in shares.items()))
    print(f"{len(told['false'])} false copies in {told['pairs']} pairs, {told['suspicions']} suspicions; ", end="")
    print(f"{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
