#!/usr/bin/env bash
# Pillow 13.0.0, OpenCV 5.0.0 and Debian's Chromium 156 (2026): one picture of 60 x 40 with the same EXIF orientation (6, a quarter
# turn) saved in five containers is turned by some of these readers and not by others, and Pillow tells a TIFF's size already turned
# while its EXIF still asks for the turn. We expected EXIF to count everywhere, or nowhere.
#
# Seen here, width x height as each reader shows it (Pillow by ImageOps.exif_transpose):
#   container                    Pillow   OpenCV   Chromium
#   JPEG                         40x60    40x60    40x60
#   PNG, eXIf                    40x60    40x60    40x60
#   PNG, EXIF in a zTXt chunk    40x60    60x40    60x40     (what old ImageMagick wrote: "Raw profile type exif")
#   WEBP                         40x60    40x60    60x40
#   AVIF                         40x60    60x40    40x60
# Pillow, TIFF before it is loaded: size 40x60 and orientation 6 at once; whoever turns the size by the orientation turns it twice.
#
# So "as EXIF says" is not what a shop's visitors see: it depends on the container, and a size measured before loading on the format.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q pillow==13.0.0 opencv-python-headless==5.0.0.93 playwright==1.65.2
cd "$work"
cat >tried.py <<'PY'
import os
import sys

import cv2
import numpy as np
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

picture = Image.new("RGB", (60, 40), "red")
exif = Image.Exif()
exif[0x0112] = 6
block = exif.tobytes()
text = PngInfo()
text.add_text("Raw profile type exif", f"\nexif\n{len(block):8d}\n{block.hex()}\n", zip=True)
picture.save("plain.jpg", exif=block)
picture.save("chunk.png", exif=block)
picture.save("text.png", pnginfo=text)
picture.save("plain.webp", exif=block)
picture.save("plain.avif", exif=block)
picture.save("plain.tiff", exif=exif)

turned, kept = (40, 60), (60, 40)
expected = {
    "plain.jpg": (turned, turned, turned),
    "chunk.png": (turned, turned, turned),
    "text.png": (turned, kept, kept),
    "plain.webp": (turned, turned, kept),
    "plain.avif": (turned, kept, turned),
}
seen = {}
for name in expected:
    pixels = cv2.imdecode(np.fromfile(name, np.uint8), cv2.IMREAD_COLOR)
    seen[name] = [ImageOps.exif_transpose(Image.open(name)).size, pixels.shape[1::-1]]

chromium = "/usr/bin/chromium"
if os.path.exists(chromium):
    from playwright.sync_api import sync_playwright

    with open("page.html", "w") as page:
        page.write("".join(f"<img src={name}>" for name in expected))
    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.goto(f"file://{os.getcwd()}/page.html", wait_until="load")
        sizes = shown.evaluate("[...document.images].map(one => [one.getAttribute('src'), one.naturalWidth, one.naturalHeight])")
        browser.close()
    for name, width, height in sizes:
        seen[name].append((width, height))
else:
    print("no Chromium here: two readers alone")

for name, sizes in seen.items():
    print(f"{name:12}", *(f"{width}x{height}" for width, height in sizes))
tiff = Image.open("plain.tiff")
before = (tiff.size, tiff.getexif().get(0x0112))
print("plain.tiff before it is loaded", before)
as_written = all(tuple(map(tuple, sizes)) == expected[name][: len(sizes)] for name, sizes in seen.items())
sys.exit(0 if as_written and before == (turned, 6) else 1)
PY
"$work/venv/bin/python" tried.py
