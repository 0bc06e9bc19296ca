"""`originals forget MEMBER`: erase a member's identity and key, for ever (rule H6)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from adapters.checkup.forgotten import originals_of
from adapters.cli.errors import CommandError
from adapters.cli.opening import opened
from adapters.identity.secrets import local_secret
from adapters.vault.away import KEY_NAME, seal_away
from adapters.wiring.deployment import Deployment
from adapters.wording.printer import escaped
from application import leave
from application.refusals import NotFound
from domain.refusal import Refusal
from domain.staff import OPERATOR


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("member", metavar="MEMBER", help="the marketplace's name of the member (a token's subject), or its member id")
    parser.add_argument("--originals", action="store_true", help="seal the originals of the member's pictures away, which else are listed")


def run(args: Namespace) -> int:
    """0 forgotten; 1 where a case is still open; 2 where there is no such member."""
    with opened() as deployment:
        who = deployment.platform.identities
        known = who.by_id(args.member) or who.by_subject(args.member)  # nobody escapes by being called as another's id
        member_id = args.member if known is None else known.member_id
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
        _originals(deployment, member_id, args.originals)
    return 0


def _originals(deployment: Deployment, member_id: str, seal: bool) -> None:
    """Name the originals that the vault still has, for they are evidence and may hold names; or seal them away."""
    vault, digests = deployment.stores.vault, originals_of(deployment.stores.store, member_id)
    left = [digest for digest in digests if vault.has("original", digest)]
    if not seal:
        for digest in left:
            print(f"original kept: {digest}")
        if left:
            print(f"{len(left)} originals are kept as evidence, with what was written into them; `--originals` seals them away")
        return
    key = local_secret(deployment.settings.keys_directory, KEY_NAME)
    for digest in left:
        seal_away(vault, key, digest)
        print(f"original sealed away: {digest}")
