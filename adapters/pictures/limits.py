"""The numbers by which pictures are opened, cut and kept: decoding, frames, pieces of a listing's picture, the index on disk."""

from __future__ import annotations

# --- Decoding (adapters.pictures.worker) ---
WORKERS = 2
"""Decoding processes at most, started when first needed."""
DECODE_SECONDS = 10.0
"""Processor time after which a picture is unreadable; its process ends. How long a busy machine lets it wait is another matter."""
DECODE_MEMORY = 320 * 2**20
"""Bytes of address space that a decoding process may take beyond its own start (60 million pixels at 4 bytes are 229 MiB)."""
CREDENTIALS_BYTES = 64 * 2**20
"""Bytes of a picture over which its content credentials are not read."""
CREDENTIALS_MEMORY = 64 * 2**20
"""What reading them takes, in bytes: they are no longer than the picture, which is read a piece at a time."""
HEAVY_PIXELS = 12_000_000
"""A picture over this many pixels goes strip by strip from its own colours to RGB."""
MEMORY = 224 * 2**20
"""Bytes that all work on pictures may take at once, in the server and in its decoding processes; the rest waits."""
MEMORY_DECODING = (12, 4, 48 * 2**20)
"""What decoding takes: bytes a pixel of a light PNG; of a JPEG or a heavy picture; and for the strips of a heavy one, in all."""
MEMORY_FEATURES = 240
"""What local features take: bytes for each pixel in which they are taken (SIFT doubles both sides, at eleven scales)."""
LARGE_BLOCK = 4 * 2**20
"""Blocks of memory from this size, in bytes, go back to the system as soon as they are freed."""
HEAP_KEPT = 64 * 2**20
"""Bytes that a heap keeps of what is freed, for the next picture."""
HEAP_MUCH = 32 * 2**20
"""Bytes free in a server's heap after a picture from which they go back at once."""
REST_SECONDS = 0.3
"""Seconds without a picture after which the heaps give back what they keep."""
HEAPS = 1
"""Heaps at most that the server's threads share: what a further one keeps at its top could not be given back."""
TIRED_BYTES = 160 * 2**20
"""A decoding process whose peak memory passed this is replaced, so that its memory goes back."""
MAX_SCANS = 200
"""A progressive JPEG with more scans than this is an attack on time: unreadable."""
LISTING_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF")
"""What a listing's picture may be; of several frames those that differ are read."""
FRAMES = 6
"""Frames of a moving picture, beside the first, that are looked at at most."""
FRAMES_WALKED = 300
"""Frames that are walked through for them at most."""
FRAMES_SECONDS = 4.0
"""Processor time that the walk may take."""
FRAMES_DIFFER = 6.0
"""Tones by which a frame differs from another on the average, at 32 x 32 pixels, that is worth a look of its own."""
LISTING_MAX_PIXELS = 60_000_000
"""Pixels of a listing's picture at most."""
LISTING_SCALE_OVER = 2000
"""Longer side, in pixels, above which a listing's picture is scaled down."""
SCALED_QUALITY = 90
"""JPEG quality of the scaled picture."""
THUMBNAIL_SIDE = 320
"""Longer side of a thumbnail, in pixels."""
THUMBNAIL_QUALITY = 82
"""JPEG quality of a thumbnail."""
VIEW_SIDE = 1000
"""Longer side, in pixels, of the view of a picture that descriptors, features and proofs are taken from."""
VIEW_QUALITY = 93
"""JPEG quality at which a view is kept between inspection and search."""

# --- A clear ground (adapters.pictures.flatten, grounds, behind) ---
CLEAR_ALPHA = 250
"""Opacity of 255 under which what is behind a pixel shows through it."""
CLEAR_SHARE = 0.02
"""Share of such pixels from which a picture's ground is clear."""
DRAWN_ALPHA = 16
"""Opacity from which something is drawn: a soft shade is."""
SEEN_TONES = 24
"""Tones by which what is drawn differs from its ground, in one colour at least, to be seen on it."""
SEEN_SHARE = 0.05
"""Share of what is drawn under which nothing of it is seen."""
SEEN_BETTER = 2.0
"""A picture is shown on black instead of white where this many times as much of it is seen there."""
LAYER_QUALITY = 90
"""WebP quality at which what is drawn on a clear ground is kept."""

TWIN_OFF, TWIN_SIZE, TWIN_ALIKE = 0.004, 0.15, 0.9
"""A feature is the same on two grounds up to this distance (share of the longer side), ratio of sizes (log), and from this likeness."""
GROUND_LEAST = 200
"""Pixels of the small picture in which the bare ground is to be seen at least, for its tones to be told."""
GROUND_EVEN = 16.0
"""Pixels (standard deviation) over which the ground's tones are evened out."""
GROUND_FAR = 0.02
"""Weight of the whole ground's tone where no ground is near."""

# --- Goods before a plain ground (adapters.pictures.goods) ---
GOODS_TONES = 14
"""Grey values by which a pixel may differ from the ground's middle tone and still be ground."""
GOODS_PLAIN = 0.9
"""Share of a picture's margins that is ground, from which the ground is plain."""
GOODS_SHARE = (0.02, 0.85)
"""Share of the picture that goods take, from and to."""
GOODS_EDGE = 9
"""Pixels across, of the small picture, by which the outline of goods is drawn in: windows there see the ground."""

# --- Pieces of a listing's picture (adapters.pictures.cutting) ---
TILES = 3
"""Tiles a side of a suspect's picture."""
TILE_SHARE = 0.4
"""A tile's side as a share of the picture's."""
LONG_PAGE = 2.2
"""A picture this many times as long as wide is a long page."""
PAGE_WIDTH = 800
"""Pixels that a long page keeps of its width at most."""
PAGE_PIXELS = 8_000_000
"""Pixels that it keeps in all at most."""
WINDOW = 1.2
"""Length of a window on a long page, in widths."""
WINDOW_STEP = 0.8
"""Step from one window to the next at most, in widths."""
PIECE_TRIES = 2
"""Pieces looked at beyond those by gaps and the windows of a long page: the likeliest tiles."""
PIECES_LOOKED = 18
"""Pieces looked at one by one at most."""
TILE_COSINE = 0.32
"""Cosine from which a tile is looked at by itself: strangers' tiles mostly lie under it, those of a cell over it."""
PIECE_TAKEN = 0.5
"""Share of a piece that a copy found takes, from which the piece is not looked at."""
NEAREST_PIECE = 3
"""Candidates looked at in each piece."""
LISTINGS_IN_PIECES = 6
"""Listing pictures looked at in pieces for a new filing at most."""
PIECES = 40
"""Pieces that are sought of one picture at most."""
CELLS = 16
"""Cells between gaps among them at most."""
CELL_LEAST = 0.12
"""Shorter side of a cell at least, as a share of the page's."""
CELL_LARGEST = 0.6
"""Share of the page from which a cell is the page itself."""
CELL_CONTRAST = 12.0
"""Standard deviation of tones from which a cell holds a picture."""
GAPS_SIDE = 400
"""Shorter side, in pixels, at which gaps are sought."""
GAP_ENDS = 0.02
"""Share of a gap's length at either end that may be something else."""
GAP_TONES = 16
"""Tones by which a gap's pixels may differ from end to end."""
GAP_DEPTH = 4
"""How often a page is divided: rows, columns of them, rows of those."""

# --- The index on disk (adapters.pictures.snapshot) ---
SIZES_LATELY = 8
"""Smaller sizes of grey pictures that are known for who asks next (about 1 MB each)."""
LAID_LATELY = 4
"""Pairs laid onto each other, and originals, that are known for who asks next (about 3 MB a pair)."""
SNAPSHOT_ROWS = 2000
"""Pictures added, at least, before the index is written to disk again (and a tenth of all)."""

# --- Seams at which a picture was put into another (adapters.pictures.seams) ---
SEAMS_SIDE = 400
"""Longer side, in pixels, at which seams are sought."""
SEAM_LEAST = 0.12
"""Length of a seam at least, as a share of the page's shorter side."""
SEAM_TONES = 12
"""Tones, of one colour, by which a picture changes at a seam at least."""
SEAM_SUDDEN = 1.8
"""Times the change around by which it changes there."""
SEAM_FILLED = 0.8
"""Share of a seam's least length that is such a change."""
SEAM_SIDE_FILLED = 0.7
"""Share of each side of a rectangle that is."""
SEAM_LINES = 16
"""Lines looked at each way at most, beside the page's own edges."""
SEAM_TRIED = 200
"""Rectangles compared with those found at most."""
SEAM_ALIKE = 0.6
"""Share that two rectangles have in common from which they are one."""
SEAM_PART = 0.2
"""Share of a rectangle that another one in it takes, from which it is several."""
SEAM_PIECES = 6
"""Rectangles taken at most."""
