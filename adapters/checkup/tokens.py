"""The keys that verify tokens: what of a marketplace's JWKS can be used, and what cannot."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.checkup.result import CheckResult
from adapters.identity.keys import KeysUnavailable, keys_from
from adapters.wiring.deployment import Deployment


def tokens(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether tokens can be verified; the embedded identity has one key of its own."""
    source = deployment.settings.jwks
    if source is None:
        yield CheckResult("ok", "the embedded identity signs its own tokens; a marketplace's are accepted with ORIGINALS_JWKS")
        return
    keys = keys_from(source, deployment.settings.keys_directory)
    try:
        count = keys.count()
    except KeysUnavailable:
        yield CheckResult("bad", f"no JWKS can be read from {source}: every token is answered 503 until there is one")
        return
    for name in keys.skipped:
        yield CheckResult(
            "warn", f"key {name} of the JWKS cannot be read and is skipped: tokens signed with it are refused; have it mended"
        )
    if count:
        yield CheckResult("ok", f"{count} keys of {source} verify tokens")
    else:
        yield CheckResult("bad", f"{source} has no key for signatures: every token is refused; it needs an EC, RSA or Ed25519 key")
