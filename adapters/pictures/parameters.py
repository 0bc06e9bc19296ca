"""Every number that the picture adapters are tuned by, in one place. The measurements behind them are in docs/copies.md."""

from __future__ import annotations

from typing import NamedTuple


class Scale(NamedTuple):
    """A scale at which agreement is counted.

    Longer side and window in pixels; variance of grey values over which a window always has texture, and under which never.
    """

    side: int
    window: int
    texture: float
    least: float


# --- Local features (adapters.pictures.features) ---
FEATURES_TAG = "rootsift-1"
"""Version of the features kept in the vault; others are taken anew."""
SIFT_CONTRAST = 0.02
"""SIFT's contrast threshold: low, since studio pictures are smooth."""
FEW_FEATURES = 150
"""With fewer features than this a picture is looked at again."""
SIFT_SMOOTH = 0.006
"""SIFT's contrast threshold then, on the picture with its contrast stretched."""
ORIGINAL_SIDE = 400
"""Longer side, in pixels, at which an original's features are taken (SIFT doubles it inside)."""
ORIGINAL_COUNT = 500
"""Features kept of an original, strongest first."""
QUERY_SIDE = 400
"""Longer side at which a suspect's features are taken."""
QUERY_COUNT = 1200
"""Features taken of a suspect."""
PROOF_SIDE = 320
"""Longer side of the small grey picture in which warped pictures are compared."""

# --- Proof (adapters.pictures.proof) ---
RATIO = 0.85
"""A match counts where the best distance is at most this share of the second best."""
LOOSE = 0.06
"""First tolerance of a match under a hypothesis, in shares of the original's longer side."""
TIGHT = 0.012
"""Last tolerance, after refinement."""
BENT_INLIERS = 20
"""Agreeing matches from which a homography of its own is sought, for a picture photographed from the side."""
BENT_MORE = 1.1
"""Times the agreeing matches of the alignment before that it must have."""
MIN_INLIERS = 4
"""Fewer agreeing matches are no alignment."""
FINE = Scale(320, 15, 25.0, 2.5)
"""Where agreement is counted as a rule."""
COARSE = Scale(128, 13, 3.0, 2.0)
"""Where it is counted for pictures too smooth for local features."""
RELATIVE_TEXTURE = 0.06
"""Of pictures without strong texture, windows count from this share of the original's 95th percentile of variance."""
OVERLAID = 2.0
"""A window that differs and has this many times the contrast expected was laid over by a text or a mark."""
MOST_OVERLAID = 0.5
"""Share of the windows that may count as laid over."""
BURNT = (5, 250)
"""Tones up to which a suspect's shadows, and from which its lights, are burnt out."""
BURNT_BY = 10
"""Tones by which the original is further from black or white there."""
BURNT_SHARE = 0.01
"""Share of the overlap that is burnt out at least, for the original to be compared with the suspect's tones."""
BURNT_FIT = 0.85
"""Share of the suspect's variance that a rising curve of the original's tones explains at least."""
BURNT_LEFT = 0.5
"""Share of the original's textured windows that have texture still, with the suspect's tones."""
EXACT = 0.9
"""Correlation over which a window hardly differs."""
CORRELATED = 0.6
"""Correlation over which a window agrees."""

SAME_TONES = 6
"""Tones by which a pixel of the small grey picture differs at most, in pictures of one size that show the same pixels."""
SAME_CONTRAST = 8.0
"""Standard deviation of the tones from which that says anything."""

# --- First stage with the learned descriptor (adapters.pictures.descriptor, vectors) ---
DIMENSIONS = 512
"""Numbers in a vector, one byte each in the index."""
VECTOR_RANGE = 0.25
"""Largest magnitude of a unit vector's number that is told apart in a byte."""
MODEL_SIDE = 288
"""Pixels of the square that a whole picture is read at."""
BATCH = 2
"""Pictures read in one inference at most."""
PIECE_SIDE = 192
"""Pixels of the square that a piece is read at."""
MODEL_THREADS = 1
"""Threads of one inference."""
INFERENCES = 2
"""Inferences at once at most: each keeps some 14 MB of its own."""
NEAREST = 10
"""Candidates K taken for each vector sought."""
LEAST_COSINE = 0.05
"""Below this cosine nothing is a candidate. Low: small insets lie among unrelated ones."""
NEGATIVES = 3
"""Candidates taken for a suspect with light and dark exchanged."""
NEGATIVE_COSINE = 0.3
"""Cosine from which they are looked at: the vectors of the student against the teacher's."""

# --- First stage without it (adapters.pictures.codes) ---
CODES_ORIGINAL = 96
"""Local codes kept of an original, 10 bytes each."""
CODES_LISTING = 300
"""Local codes kept of a listing's picture."""
CODES_QUERY = 600
"""Local codes sought of a suspect."""
KEY_BITS = 16
"""Bits of a code that name its bucket."""
PROBES = 10
"""Buckets looked into for each code sought."""
CODE_DISTANCE = 14
"""Bits of 64 by which a code may differ."""
LEAST_VOTES = 4
"""Agreeing codes that make a candidate."""
HASH_DISTANCE = 12
"""Bits of 64 by which the whole picture's hash may differ for a candidate."""
SEGMENT = 250_000
"""Vectors in a segment of the index from which on it is merged no more."""

# --- Verdict (adapters.pictures.judge) ---
WEIGHTS = (-14.25, 17.5, 4.0)
"""Logistic calibration of alignments by local features: constant, exact, held (docs/copies.md)."""
STRONGLY_HELD = (0.92, 30.0)
"""No wrong pair held so much; each share more of `held` adds this many times to the logit."""
HELD_APART = 0.87
"""Held share under which a pair is a copy only if it is exact beside the patches that differ."""
EXACT_APART = 0.85
"""Exact share beside those patches from which it is: a sticker lies on it."""
SHARED_GROUND = 0.5
"""Confidence at most of a pair that has neither, or that shows another thing: other goods on the same floor."""
DISTRACTOR = 0.06
"""Share of the original's textured windows in place of which another thing is seen, from which a pair is no copy."""
DISTRACTOR_CONTRAST = 0.5
"""Part of the variance of what agrees, from which what is seen in place of something plain is another thing and no shine."""
FAINT = 0.8
"""Part of the original's contrast under which a suspect is given all of it before its tones are compared."""
FLAT = 0.5
"""Share of even pixels from which a window is flat: a sticker, a bar, a letter."""
EVEN_TONES = 10
"""Grey values by which a pixel's neighbours may differ for it to be even."""
PRINTED = 0.75
"""Share of pixels that are even, or of nearly the darkest or lightest tone around, from which a window is printed: lettering."""
NEAR_THE_END = 0.2
"""Part of the tones around within which a pixel is nearly as dark as the darkest, or as light as the lightest."""
THROUGH = 0.3
"""Share of pixels that are as the original's, from which a window lets the original through."""
SAME_TONE = 12.0
"""Grey values by which a pixel may differ for it to be as the original's."""
PHOTOGRAPHED = 0.15
"""Share of photographed windows, of the original's textured ones, from which a picture is a photograph and no sheet."""
PHOTOGRAPHED_HELD = 0.55
"""Share of the photographed windows in the overlap that agree at least in a copy: under it both have a layout in common, no more."""
SAME_LAYOUT = 0.1
"""Confidence at most of a pair that has only what is printed in common."""
LETTER = (8, 80, 90)
"""Letters are this high at least, and this high and wide at most, in pixels of a picture of `LETTERS_SIDE`."""
LETTER_AROUND = 41
"""Pixels around (odd) with whose mean ink is compared."""
LETTER_INK = 18
"""Grey values by which ink is darker, or lighter, than what is around."""
LETTERS_SIDE = 900
"""Longer side, in pixels, at which letters are counted."""
LETTERS = 40
"""Letters from which a picture with hardly a photograph is a sheet (photographs of goods have up to 26, sheets 84 and more)."""
SHEET_SIDES = (300, 1000)
"""Longer side, in pixels, at which sheets are compared, least and most."""
BLOCK = 32
"""Side of the blocks in which they are, in pixels."""
BLOCK_SLACK = 3
"""Pixels by which a block may lie off."""
BLOCK_CONTRAST = 8.0
"""Standard deviation of grey values from which a block has something in it."""
BLOCK_ALIKE = 0.65
"""Correlation under which a block tells something else (copies saved badly, halved, blurred: 0.80 and more in 99 of 100 blocks)."""
SHEETS_DIFFER = 0.001
"""Share of the blocks that may differ in a copy (two certificates with another number: 0.0025)."""
LEAST_BLOCKS = 40
"""Blocks that a comparison of sheets needs."""
FLAT_FINE = 0.35
"""Share of even pixels from which a window is flat at that size."""
PHOTOGRAPHED_BLOCKS = 0.05
"""Share of photographed blocks from which they decide alone: the goods on a banner."""
PHOTOGRAPHED_SAME = 0.6
"""Share of them that agrees in a copy."""
STICKER_TONES = 40
"""Grey values by which a sticker differs from what is under it."""
STICKER_THICK = 21
"""Pixels that it is thick at least: more than a letter's stroke."""
STICKER_CONVEX = 0.8
"""Share of its convex hull that it fills."""
STICKER_EVEN = 0.5
"""Share of a sticker, and of the paper under it, that has one tone."""
STICKER_LARGEST = 0.2
"""Share of the sheet that it takes at most."""
SMALL_PART = 0.3
"""Share of the original's textured windows under which the overlap is a small part."""
SMALL_PART_EXACT = 0.8
"""Exact share from which a small part is a copy (the legs of one model in two shots: 0.66; crops of 15 %: 0.88 and more)."""
SMALL_PART_MATCHES = 8
"""Agreeing matches from which it is: the hem of a shirt before one colour lies on another's corner by six."""
SECOND_LOOK = 0.7
"""Logits taken off a finding of the second look, which had more chances to fit."""
SHAPES = (0.92, 0.02)
"""Logistic calibration of alignments by broad shapes: likeness of slopes at even odds, and the step that multiplies the odds by e."""
COPY = 0.6
"""Confidence from which a pair is a copy."""
SUSPICION = 0.15
"""Confidence from which a pair is a suspicion."""
LEAST_TEXTURE = 300
"""Textured windows of the original that the overlap must have at least, of up to 102,400."""
LEAST_TEXTURE_COARSE = 600
"""The same at the coarse scale, of up to 16,384."""
SHAPES_HELD = 0.95
"""Held share under which broad shapes prove nothing."""
SHAPES_EXACT = 0.75
"""Exact share under which they prove nothing either."""
SHAPES_COVER = 0.6
"""Share of the original that an alignment by broad shapes must cover."""
WHOLE_COVERS = 0.93
"""Share of the original that the same whole picture covers at least."""
WHOLE_REGION = 0.6
"""Share of the suspect that the same whole picture takes at least."""
WHOLE_HELD = 0.6
"""Held share at which the overlap is the matched region; under it the agreeing part is."""
CANDIDATES = 10
"""Candidates that are proved at most."""
UNCLEAR = (0.2, 0.85)
"""Between these held shares an alignment is refined by the pixels themselves."""
REFINE_SIDE = 160
"""Longer side, in pixels, at which it is refined."""
INEXACT = (0.7, 0.85)
"""From this held share on, and under this exact share, an alignment is refined once more at full size: it may be a few pixels off."""
SMOOTH = 120
"""With fewer features in either picture, broad shapes are compared, too."""
FINE_QUERY_SIDE = 640
"""Longer side at which a suspect's features are taken the second time, for likely candidates that were not proved."""
FEW_OF_ORIGINAL = 250
"""With fewer features than this an original's finer ones are taken for the likeliest candidate that was not proved."""
FINE_ORIGINAL_COUNT = 1000
"""Features taken of it then."""
FINER_COSINE = 0.38
"""Cosine from which it is likely enough for that."""
GOODS_EXACT = 0.82
"""Exact share from which goods before a plain ground are judged by themselves (two renderings of one telephone: 0.79)."""
INSIST_COSINE = 0.3
"""Cosine from which a candidate is likely."""
INSIST_VOTES = 10.0
"""Votes from which a candidate is likely, in the fallback."""
PROMISING = (5, 0.4)
"""Agreeing matches and held share from which a pair is looked at again with finer features."""
ALWAYS = 2
"""Candidates looked at a second time, however unlikely, where the first look proved nothing."""
INSISTED = 3
"""Likely candidates looked at a second time at most."""
LISTING_CANDIDATES = 24
"""Listing pictures that are proved at most for a new filing."""
LISTING_COSINE = 0.28
"""Cosine under which a listing picture is no candidate for a new filing."""
KEPT_ORIGINALS = 64
"""Originals whose unpacked features are kept in memory (about 0.6 MB each)."""
KEPT_SUSPECTS = 4
"""Suspects kept between the searches of one command (about 7 MB each)."""
STILL_ALIKE = 0.7
"""Once a copy is found, further candidates are proved only down to this share of its own first-stage score."""
EXPLAINS = (0.99, 0.97)
"""Confidence from which a copy explains what else is found in its place, and under which that is explained."""
EXPLAINED = 0.7
"""Share of the place that the surer copy takes."""
LARGE_REGION = 0.5
"""A copy that takes this share of the suspect leaves no room worth searching by tiles."""
HASH_VOTES = 20.0
"""Votes that an equal pHash counts as."""

# --- Alignment without local features (adapters.pictures.overlay) ---
PART_SHARES = (0.25, 0.33, 0.42, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
"""Sizes, as shares of the page, at which a part is sought on it."""
ECC_STEPS = 40
"""Steps of the refinement at most."""
