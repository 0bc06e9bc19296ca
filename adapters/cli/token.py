"""`originals token`: a signed token on stdout, nothing else (rule A2)."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from adapters.cli.errors import CommandError
from adapters.identity.tokens import DEFAULT_TTL, ROLES, Unauthenticated, issue_token
from adapters.system.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument("--subject", required=True, metavar="ID")
    parser.add_argument("--nickname", metavar="N")
    parser.add_argument("--category", action="append", metavar="C", help="may be given several times")
    parser.add_argument("--ttl", type=int, default=DEFAULT_TTL, metavar="SECONDS", help="life of the token in wall time")


def run(args: Namespace) -> int:
    """Print a token signed with the store's local key."""
    settings = Settings.read(os.environ)
    if args.ttl < 1:
        raise CommandError("--ttl must be at least 1 second")
    try:
        token = issue_token(
            settings.keys_directory,
            settings.token_issuer,
            settings.token_audience,
            role=args.role,
            subject=args.subject,
            nickname=args.nickname,
            categories=args.category,
            ttl=args.ttl,
        )
    except Unauthenticated:
        raise CommandError("subject, nickname and categories must be 1 to 200 printable characters") from None
    print(token)
    return 0
