"""`originals backup DIR`: a sound copy of a store that is being written to, checked before it is called done."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from adapters.backup.making import back_up
from adapters.cli.opening import check_there, settings_here


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="where to put it: an empty directory, or one that is made")
    parser.add_argument("--leave-pictures", action="store_true", help="leave pictures on their object store (ORIGINALS_VAULT_URL)")
    parser.add_argument("--with-keys", action="store_true", help="the keys that sign history and tokens, too: keep such a backup like them")


def run(args: Namespace) -> int:
    """0 done and checked; 1 where the store or its copy is not sound."""
    settings = settings_here()
    check_there(settings)
    made = back_up(settings, args.directory, with_keys=args.with_keys, leave_pictures=args.leave_pictures)
    keys = "with the keys" if made.with_keys else "without the keys that sign"
    print(f"{args.directory}: {made.events} events, {len(made.files)} files, signed up to {made.size}, {keys}; checked")
    if made.pictures:
        print(f"the pictures are not in it: they stay on {made.pictures}, and `restore` wants them there, or a copy of them")
    return 0
