"""What reading content credentials costs beside a picture's review: `python -m bench.credentials`.

One JPEG of 12 million pixels, signed by a certificate made here, in the decoding processes of the product, by turns; medians.
"""

from __future__ import annotations

import io
import statistics
import time

import numpy as np
from PIL import Image

from adapters.pictures import Marks, PillowInspector
from domain.rulebook import PictureRules
from tests.adapters.credentials.signing import Root

ROUNDS = 7


def photograph() -> bytes:
    """A noisy picture that is hard to compress: about 9 MB."""
    tones = np.random.default_rng(7).integers(0, 256, (1500, 2000, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(tones).resize((4000, 3000)).save(out, "JPEG", quality=92)
    return out.getvalue()


def main() -> None:
    """Print both medians and their ratio."""
    root = Root()
    signed = root.signer().sign(photograph())
    inspector = PillowInspector(Marks(None))
    tasks = {
        "credentials": lambda: inspector.read_credentials(signed, root.pem).state,
        "review": lambda: inspector.review("a.jpg", signed, PictureRules())[1],
    }
    spent: dict[str, list[float]] = {name: [] for name in tasks}
    for name, task in tasks.items():
        print(name, task())  # the processes start, and load what they need
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            spent[name].append(time.perf_counter() - began)
    inspector.close()
    middle = {name: statistics.median(seconds) for name, seconds in spent.items()}
    said = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in middle.items())
    print(f"{len(signed) / 1e6:.1f} MB: {said}, ratio {middle['credentials'] / middle['review']:.3f}")


if __name__ == "__main__":
    main()
