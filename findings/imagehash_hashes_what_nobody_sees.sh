#!/usr/bin/env bash
# ImageHash 4.3.2 on Pillow 13.0.0 (2026): two kinds of pictures are hashed as something that nobody sees.
# - With a clear ground (RGBA) the colours behind what is clear are hashed: two files that every viewer shows pixel for pixel alike are
#   41 to 64 of 64 bits apart, further than strangers. We expected the picture as shown, or an error.
# - Of 16 bits a pixel (mode I;16, what a PNG of a scanner opens as) the hash is that of a picture clipped to white: one and the same
#   ramp in 16 and in 8 bits is 5 to 56 bits apart. We expected the upper byte, or an error.
#
# Seen here, bits apart of 64 (flattened on white, and reduced to 8 bits beforehand, all are 0):
#   hash           clear ground   16 bits
#   phash          48             34
#   dhash          41             5
#   average_hash   56             25
#   whash          64             56
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q imagehash==4.3.2 pillow==13.0.0 numpy==2.2.6 scipy==1.15.3 PyWavelets==1.8.0
cat >"$work/tried.py" <<'PY'
import sys

import imagehash
import numpy as np
from PIL import Image, ImageDraw


def art(hidden):
    picture = Image.new("RGBA", (256, 256), (*hidden, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((60, 60, 200, 160), fill=(30, 30, 30, 255))
    pen.rectangle((20, 180, 220, 200), fill=(200, 60, 60, 255))
    return picture


def shown(picture):
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


over_white, over_black = art((255, 255, 255)), art((0, 0, 0))
assert shown(over_white).tobytes() == shown(over_black).tobytes()
ramp = np.linspace(0, 65535, 256 * 256).reshape(256, 256).astype(np.uint16)
deep, plain = Image.fromarray(ramp), Image.fromarray((ramp >> 8).astype(np.uint8))
assert deep.mode == "I;16"
seen = {}
for name in ("phash", "dhash", "average_hash", "whash"):
    of = getattr(imagehash, name)
    assert of(shown(over_white)) == of(shown(over_black))
    seen[name] = (int(of(over_white) - of(over_black)), int(of(deep) - of(plain)))
    print(f"{name:14}", *seen[name])
sys.exit(0 if seen == EXPECTED else 1)
PY
sed -i 's/EXPECTED/{"phash": (48, 34), "dhash": (41, 5), "average_hash": (56, 25), "whash": (64, 56)}/' "$work/tried.py"
"$work/venv/bin/python" "$work/tried.py"
