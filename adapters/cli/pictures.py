"""`originals pictures ...`: the machine's review and the matcher, by hand (rules B2, B4), and originals that were sealed away (H6)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from adapters.cli.errors import CommandError
from adapters.cli.opening import exists, opened, settings_here
from adapters.identity.secrets import kept_secret
from adapters.system.settings import Settings
from adapters.system.stopwatch import Stopwatch
from adapters.vault.away import KEY_NAME, taken_out
from adapters.vault.sealing import SealBroken
from adapters.wiring.deployment import Deployment
from application.likeness import likeness_of
from domain.events.base import Seen
from domain.events.filing import Filed, FilingSuspected, PictureRefused
from domain.events.listing import SightingMade
from domain.picture import Likeness
from domain.rulebook import PictureRules

BATCH = 5000

Compared = tuple[str, str, Likeness]
"""Digest of the suspected picture, digest of the original, and how alike they were held to be."""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    what = parser.add_subparsers(dest="what", required=True, metavar="check|compare|rematch|original")
    check = what.add_parser("check", help="review pictures without filing them")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    compare = what.add_parser("compare", help="is B a copy of A: how sure, and how it was made")
    compare.add_argument("a", type=Path, metavar="A")
    compare.add_argument("b", type=Path, metavar="B")
    compare.add_argument("--out", type=Path, metavar="EVIDENCE.png", help="draw both side by side with the proof")
    compare.add_argument("--json", action="store_true", help="print the finding as JSON")
    rematch = what.add_parser("rematch", help="examine recorded likenesses again under the present matcher; nothing is changed")
    rematch.add_argument("--json", action="store_true", help="print the report as JSON")
    original = what.add_parser("original", help="write an original that `forget --originals` sealed away, as a court may ask for it")
    original.add_argument("digest", metavar="DIGEST", help="as `forget --originals` named it")
    original.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")


def run(args: Namespace) -> int:
    """0 well, 1 where a picture is refused, 2 an error of use, 75 where the machine was too busy to look."""
    settings = settings_here()
    if args.what == "original":
        return _take_out(args.digest, args.file, settings)
    from adapters.pictures import cli

    model = settings.copy_model or ""
    match args.what:
        case "check":
            return cli.check(args.files, _rules(settings), lambda: Stopwatch(settings.upload_seconds), model)
        case "compare":
            return cli.compare(args.a, args.b, args.out, args.json, model)
        case _:
            with opened(settings) as deployment:
                return cli.rematch(recorded(deployment), deployment.stores.vault, args.json, model)


def _rules(settings: Settings) -> PictureRules:
    """The rules in force in this deployment's store; where there is none yet, the built-in ones."""
    if not exists(settings):
        return PictureRules()
    with opened(settings) as deployment:
        return deployment.platform.library.law(deployment.platform.store).in_force(deployment.clock.now()).picture


def _take_out(digest: str, file: Path, settings: Settings) -> int:
    """Write an original that `forget --originals` sealed away, as a court may ask for it; the sealed one stays (rule H6)."""
    with opened(settings) as deployment:
        key = kept_secret(settings.keys_directory, KEY_NAME)
        if key is None:
            raise CommandError(f"no key {KEY_NAME} in {settings.keys_directory}: nothing was sealed away here, or the key was destroyed")
        try:
            content = taken_out(deployment.stores.vault, key, digest)
        except KeyError:
            raise CommandError(f"no original of digest {digest!r} was sealed away") from None
        except SealBroken as why:
            raise CommandError(f"{why}: it was changed, or sealed under another key") from None
    try:
        with file.open("xb") as out:
            out.write(content)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    print(f"{len(content)} bytes in {file}")
    return 0


def recorded(deployment: Deployment) -> Iterator[Compared]:
    """Every likeness that the log tells of, in its order."""
    originals: dict[str, str] = {}
    position = 0
    while entries := deployment.stores.store.read_log(position, BATCH):
        for _, fact in entries:
            match fact.event:
                case Filed() as filed:
                    originals[fact.originator_id] = filed.digest
                    continue
                case FilingSuspected(suspicions=suspicions):
                    seen = [(one.filing_id, one.seen.digest, one.seen) for one in suspicions]
                case PictureRefused(match=found) as refused if found is not None:
                    seen = [(found.filing_id, refused.digest, found.seen)]
                case SightingMade() as sighting:
                    seen = [(sighting.filing_id, sighting.seen.digest, sighting.seen)]
                case _:
                    continue
            yield from _compared(originals, seen)
        position = entries[-1][0]


def _compared(originals: dict[str, str], seen: list[tuple[str, str, Seen]]) -> Iterator[Compared]:
    for filing_id, suspect, how in seen:
        if filing_id in originals:
            yield suspect, originals[filing_id], likeness_of(how)
