"""`originals forget MEMBER`: erase a member's identity and key, for ever (rule H6)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from adapters.cli.errors import CommandError
from adapters.cli.opening import opened
from adapters.wording.printer import escaped
from application import leave
from application.refusals import NotFound
from domain.refusal import Refusal
from domain.staff import OPERATOR


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("member", metavar="MEMBER", help="the marketplace's name of the member (a token's subject), or its member id")


def run(args: Namespace) -> int:
    """0 forgotten; 1 where a case is still open; 2 where there is no such member."""
    with opened() as deployment:
        who = deployment.platform.identities
        known = who.by_id(args.member) or who.by_subject(args.member)  # nobody escapes by being called as another's id
        member_id = args.member if known is None else known.member_id
        deployment.settling.everything_due()
        try:
            leave.forget(deployment.platform, member_id, OPERATOR)
        except NotFound:
            raise CommandError(f"there is no member {args.member!r}") from None
        except Refusal as refusal:
            if refusal.code != "case_open":
                raise
            print(f"refused: {refusal.code}: a case with {args.member!r} is still open")
            return 1
        print(f"forgotten: {escaped(args.member)}; identity and key are erased, what was sealed can be read by nobody")
    return 0
