"""The command line `originals`: one table of commands, each loaded only when it is asked for."""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from adapters.cli.errors import CommandError
from adapters.wording.printer import escaped

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "serve": ("adapters.cli.serve", "the HTTP server, with projections and deadlines running"),
    "demo": ("adapters.cli.demo", "the whole story on a fresh temporary store, then the server stays up"),
    "token": ("adapters.cli.token", "a signed token on stdout"),
    "deadline": ("adapters.cli.deadline", "when a window closes, with the proof day by day"),
    "calendars": ("adapters.cli.published", "the published calendars; publish a year"),
    "simulate": ("adapters.cli.simulate", "fill a fresh store with a realistic, reproducible history"),
    "replay": ("adapters.cli.replay", "derive every consequence again, under its own or another rulebook"),
    "case": ("adapters.cli.case", "the full history of a case"),
    "audit": ("adapters.cli.audit", "export, verify, checkpoint, key"),
    "projections": ("adapters.cli.projections", "rebuild the query views"),
    "pictures": ("adapters.cli.pictures", "check, compare, rematch"),
    "clock": ("adapters.cli.clock", "confirm that a clock which is doubted is right"),
    "backup": ("adapters.cli.backup", "a sound copy of the store while it is written to"),
    "restore": ("adapters.cli.restore", "a backup put into an empty place"),
    "forget": ("adapters.cli.forget", "erase a member's identity and key"),
    "transparency": ("adapters.cli.transparency", "the figures of a period"),
    "doctor": ("adapters.cli.doctor", "is this deployment well"),
    "settings": ("adapters.cli.settings", "every setting, with its default and meaning"),
    "rules": ("adapters.cli.rules", "the rules of the product and the tests that cover each"),
}
"""Name of a command -> its module, which has `add_arguments(parser)` and `run(args) -> exit code`, and what it does."""

WRONG: Final = 1
"""Exit code where the stored history is not what was recorded."""
MISUSE: Final = 2
"""Exit code of an error of use."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One clear line, without the usage text."""
        print(escaped(f"{self.prog}: {message}"), file=sys.stderr)
        raise SystemExit(MISUSE)


class _Version(argparse.Action):
    """Looked up only when it is asked for: most commands are to start quickly."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"originals {importlib.metadata.version('originals')}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Errors of use are one line on stderr and exit 2, never a traceback."""
    os.umask(0o077)  # what is made here is for its owner alone
    gc.disable()  # until all is imported, which stays: looking through it for rubbish is a tenth of what a start costs
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = next((one for one in given if not one.startswith("-")), None)
    parser = _Parser(prog="originals", description="Original protection: cases, deadlines, evidence, replay, audit.")
    parser.add_argument("--version", action=_Version, nargs=0, help="which version this is")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for command, (module, meaning) in COMMANDS.items():
        sub = commands.add_parser(command, help=meaning, description=meaning)
        if command == name:
            importlib.import_module(module).add_arguments(sub)
    args = parser.parse_args(given)
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    module = importlib.import_module(COMMANDS[args.command][0])
    gc.enable()
    try:
        code: int = module.run(args)
        sys.stdout.flush()
        return code
    except _errors_of_use() as error:
        print(escaped(f"originals {args.command}: {' '.join(str(error).split())}"), file=sys.stderr)
        return MISUSE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from adapters.cli.opening import altered, unusable  # only here: they know every database's errors, and most commands need none

        for why, code in ((altered(error), WRONG), (unusable(error), MISUSE)):
            if why is not None:
                noted = "; ".join([why, *getattr(error, "__notes__", ())])
                print(escaped(f"originals {args.command}: {noted}"), file=sys.stderr)
                return code
        raise


def _errors_of_use() -> tuple[type[Exception], ...]:
    from adapters.system.settings import SettingsError

    return (CommandError, SettingsError)


if __name__ == "__main__":
    sys.exit(main())
