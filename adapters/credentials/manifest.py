"""What a manifest says, taken out of the package's own words (crJSON): all of it is as somebody wrote it, so all of it is doubted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from adapters.credentials.content import (
    ContentCredentials,
    CredentialsAction,
    CredentialsIngredient,
    CredentialsState,
    SignersCertificate,
    SigningTime,
)

MOST_NAMED: Final = 20
"""Actions and ingredients that are named one by one; of the rest only the number is told."""
LONGEST: Final = 200
"""Characters of any one text of the signer's."""
UNTRUSTED: Final = "signingCredential.untrusted"
EXPIRED: Final = "signingCredential.expired"


def found(told: Mapping[str, Any], active: str, vouched: bool, reader: str) -> ContentCredentials:
    """What a reading told. `vouched` says that the operator's list was given to it."""
    manifests = [one for one in _list(told, "manifests") if isinstance(one, Mapping)]
    manifest = next(one for one in manifests if one.get("label") == active)
    results = _map(manifest, "validationResults")
    failures, successes = set(_codes(results, "failure")), set(_codes(results, "success"))
    actions, ingredients = list(_actions(manifest)), list(_ingredients(manifest, manifests))
    claim = _claim(manifest)
    return ContentCredentials(
        _state(failures, successes, vouched),
        _certificate(_map(_map(manifest, "signature"), "certificateInfo")),
        _time(manifest, successes, vouched, actions),
        _made_with(claim),
        _text(claim.get("dc:title")),
        tuple(actions[:MOST_NAMED]),
        tuple(ingredients[:MOST_NAMED]),
        max(0, len(actions) - MOST_NAMED) + max(0, len(ingredients) - MOST_NAMED),
        tuple(sorted(failures - {UNTRUSTED}))[:MOST_NAMED],
        reader=reader,
    )


def on_a_line(text: str, most: int = LONGEST) -> str | None:
    """A text of the signer's, on one line, printable, cut short; None where nothing is left."""
    line = " ".join(text[: most * 4].split())
    return "".join(letter for letter in line if letter.isprintable())[:most] or None


def _state(failures: set[str], successes: set[str], vouched: bool) -> CredentialsState:
    """Nobody is trusted without a list, whatever the package was built with."""
    broken = failures - {UNTRUSTED}
    if any(code.endswith(".mismatch") for code in broken):
        return "altered"
    if broken:
        return "expired" if broken == {EXPIRED} else "invalid"
    if "claimSignature.validated" not in successes:
        return "invalid"
    return "trusted" if vouched and UNTRUSTED not in failures and "signingCredential.trusted" in successes else "untrusted"


def _codes(results: Mapping[str, Any], kind: str) -> Iterator[str]:
    for one in _list(results, kind):
        if isinstance(one, Mapping) and (code := _text(one.get("code"))):
            yield code


def _time(manifest: Mapping[str, Any], successes: set[str], vouched: bool, actions: Sequence[CredentialsAction]) -> SigningTime | None:
    stamp = _map(_map(manifest, "signature"), "timeStampInfo")
    at = _instant(stamp.get("timestamp"))
    if at is not None and "timeStamp.validated" in successes:
        return SigningTime(at, "authority", _certificate(_map(stamp, "certificateInfo")), vouched and "timeStamp.trusted" in successes)
    said = [one.at for one in actions if one.at is not None]
    return SigningTime(max(said), "signer") if said else None


def _actions(manifest: Mapping[str, Any]) -> Iterator[CredentialsAction]:
    for label, assertion in _map(manifest, "assertions").items():
        if not str(label).startswith("c2pa.actions") or not isinstance(assertion, Mapping):
            continue
        for one in _list(assertion, "actions"):
            if isinstance(one, Mapping) and (action := _text(one.get("action"))):
                source = _text(one.get("digitalSourceType"))
                yield CredentialsAction(action, _instant(one.get("when")), source and source.rpartition("/")[2])


def _ingredients(manifest: Mapping[str, Any], manifests: Sequence[Mapping[str, Any]]) -> Iterator[CredentialsIngredient]:
    signers = {str(one.get("label")): _certificate(_map(_map(one, "signature"), "certificateInfo")) for one in manifests}
    wrong = _of_ingredients(manifest)
    for label, one in _map(manifest, "assertions").items():
        if str(label).startswith("c2pa.ingredient") and isinstance(one, Mapping):
            theirs = signers.get(str(_map(one, "activeManifest").get("url")).rpartition("/")[2])
            signer = None if theirs is None else theirs.name
            yield CredentialsIngredient(
                _text(one.get("dc:title")) or "", _text(one.get("relationship")) or "", signer, wrong.get(str(label), ())
            )


def _of_ingredients(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What does not hold of each ingredient's own credentials, by the label of the assertion that names it."""
    deltas = [one for one in _list(manifest, "ingredientDeltas") if isinstance(one, Mapping)]
    return {
        str(one.get("ingredientAssertionURI")).rpartition("/")[2]: tuple(sorted({*_codes(_map(one, "validationDeltas"), "failure")}))[
            :MOST_NAMED
        ]
        for one in deltas
    }


def _claim(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    return _map(manifest, "claim.v2") or _map(manifest, "claim")


def _made_with(claim: Mapping[str, Any]) -> str | None:
    told = claim.get("claim_generator_info")
    info = told[0] if isinstance(told, list) and told else told
    if not isinstance(info, Mapping):
        return _text(claim.get("claim_generator"))
    return _text(" ".join(filter(None, (_text(info.get("name")), _text(info.get("version"))))))


def _certificate(info: Mapping[str, Any]) -> SignersCertificate | None:
    if not info:
        return None
    validity = _map(info, "validity")
    ends = _instant(validity.get("notBefore")), _instant(validity.get("notAfter"))
    return SignersCertificate(_name(_map(info, "subject")), _name(_map(info, "issuer")), *ends)


def _name(named: Mapping[str, Any]) -> str:
    """Who it is: the common name and the organisation, whichever there are."""
    parts = [_text(named.get(part)) for part in ("CN", "O")]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _map(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    value = told.get(name)
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return on_a_line(value) if isinstance(value, str) else None


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if at is None or at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
