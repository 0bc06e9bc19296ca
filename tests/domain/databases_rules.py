"""What the DSA Transparency Database accepts of a statement, transcribed for tests.

Source: github.com/digital-services-act/transparency-database at 69e80a0bc8eb3cbfbe8246e898194c3bdf490a4b of 2026-06-24, the newest
that was stored: `app/Http/Requests/StatementStoreRequest.php` (one statement), `multi_rules` of
`app/Services/GroupedSubmissionsService.php` (up to 100), the values of `app/Models/Statement.php`, and the countries of
`app/Services/EuropeanCountriesService.php`. Before they are checked, texts are trimmed and empty ones become null there, as Laravel
does by itself. Of lists of values from which a statement of ours never takes any (languages, other categories' keywords) only the
form is held here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

MOST_IN_A_BATCH = 100
_COUNTRIES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
COUNTRIES = frozenset(_COUNTRIES.split())


def _named(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}_{name}" for name in names.split())


VISIBILITIES = _named(
    "DECISION_VISIBILITY",
    "CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED CONTENT_INTERACTION_RESTRICTED CONTENT_LABELLED OTHER",
)
CONTENT_TYPES = _named("CONTENT_TYPE", "APP AUDIO IMAGE PRODUCT SYNTHETIC_MEDIA TEXT VIDEO OTHER")
CATEGORIES = _named(
    "STATEMENT_CATEGORY",
    "ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN DATA_PROTECTION_AND_PRIVACY_VIOLATIONS "
    "ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS "
    "NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM "
    "UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE",
)
KEYWORDS = _named(
    "KEYWORD",
    "COPYRIGHT_INFRINGEMENT DESIGN_INFRINGEMENT GEOGRAPHIC_INDICATIONS_INFRINGEMENT PATENT_INFRINGEMENT TRADE_SECRET_INFRINGEMENT "
    "TRADEMARK_INFRINGEMENT OTHER",
)
GROUNDS = _named("DECISION_GROUND", "ILLEGAL_CONTENT INCOMPATIBLE_CONTENT")
SOURCES = _named("SOURCE", "ARTICLE_16 TRUSTED_FLAGGER TYPE_OTHER_NOTIFICATION VOLUNTARY")
AUTOMATED = _named("AUTOMATED_DECISION", "FULLY PARTIALLY NOT_AUTOMATED")
ACCOUNTS = _named("ACCOUNT_TYPE", "BUSINESS PRIVATE")
YES_NO = frozenset({"Yes", "No"})
TWO_CAPITALS = re.compile(r"[A-Z]{2}")
PUID = re.compile(r"[a-zA-Z0-9-_]+")


class Field(NamedTuple):
    """What a field has to be: a list or a text, from which values, how long, whether it must be there, whether it may be null."""

    required: bool = False
    nullable: bool = False
    many: bool = False
    among: frozenset[str] | None = None
    form: re.Pattern[str] | None = None
    most: int | None = None
    not_before: date | None = None
    not_after: date | None = None


_END = date(2038, 1, 1)
_ENDS = Field(nullable=True, not_after=_END)

FIELDS: Mapping[str, Field] = {
    "decision_visibility": Field(required=True, many=True, among=VISIBILITIES),
    "account_type": Field(nullable=True, among=ACCOUNTS),
    "category": Field(required=True, among=CATEGORIES),
    "category_addition": Field(many=True, among=CATEGORIES),
    "category_specification": Field(nullable=True, many=True, among=KEYWORDS),
    "decision_ground": Field(required=True, among=GROUNDS),
    "decision_ground_reference_url": Field(nullable=True, most=500),
    "incompatible_content_ground": Field(required=True, most=500),
    "incompatible_content_explanation": Field(required=True, most=2_000),
    "incompatible_content_illegal": Field(among=YES_NO),
    "content_type": Field(required=True, many=True, among=CONTENT_TYPES),
    "territorial_scope": Field(nullable=True, many=True, among=COUNTRIES),
    "content_language": Field(nullable=True, form=TWO_CAPITALS),
    "content_date": Field(required=True, not_before=date(2000, 1, 1), not_after=_END),
    "application_date": Field(required=True, not_before=date(2020, 1, 1), not_after=_END),
    "end_date_account_restriction": _ENDS,
    "end_date_monetary_restriction": _ENDS,
    "end_date_service_restriction": _ENDS,
    "end_date_visibility_restriction": _ENDS,
    "decision_facts": Field(required=True, most=5_000),
    "source_type": Field(required=True, among=SOURCES),
    "source_identity": Field(nullable=True, most=500),
    "automated_detection": Field(required=True, among=YES_NO),
    "automated_decision": Field(required=True, among=AUTOMATED),
    "puid": Field(required=True, most=500, form=PUID),
}
"""Of a statement that restricts visibility for incompatible content, which ours is; fields that only others have are not known."""


def refusals(statement: Mapping[str, Any]) -> dict[str, str]:
    """What the database would refuse of one statement, by field; nothing of one that it takes."""
    found = {name: "is unknown here" for name in statement if name not in FIELDS}
    for name, field in FIELDS.items():
        value = _trimmed(statement.get(name))
        why = _why(field, value, name in statement)
        if why:
            found[name] = why
    return found


def batch_refusals(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """What it would refuse of a batch, by the place in it, and what of the batch itself."""
    if not 1 <= len(statements) <= MOST_IN_A_BATCH:
        return {"statements": f"must be between 1 and {MOST_IN_A_BATCH}"}
    return {f"statement_{place}": wrong for place, one in enumerate(statements) if (wrong := refusals(one))}


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip(" \t\n\r\0\x0b\x0c\xa0\ufeff\u200b\u200e\u3000") or None
    return value


def _why(field: Field, value: Any, given: bool) -> str | None:
    if value is None or value == []:
        if field.required:
            return "is required"
        return "must not be null" if given and value is None and not field.nullable else None
    if field.many:
        return None if isinstance(value, list) and set(value) <= (field.among or set()) else "has a value that is not allowed"
    if not isinstance(value, str):
        return "must be a text"
    if field.not_after is not None:
        return _why_not_dated(field, value)
    if field.among is not None and value not in field.among:
        return "is not among the allowed values"
    if field.form is not None and not field.form.fullmatch(value):
        return "is malformed"
    return "is too long" if field.most is not None and len(value) > field.most else None


def _why_not_dated(field: Field, value: str) -> str | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "is no date"
    day = date.fromisoformat(value)
    early = field.not_before is not None and day < field.not_before
    return "is outside its bounds" if early or day > (field.not_after or day) else None
