"""Routes whose builders wait until they are asked."""

from __future__ import annotations

from werkzeug.routing import Map

from adapters.http.routes import MatchedRule


def test_an_address_is_built_when_it_is_asked_for_and_again() -> None:
    built = Map([MatchedRule("/cases/<id>/notes", endpoint="notes"), MatchedRule("/cases", endpoint="cases")]).bind("here")
    assert [built.build("notes", {"id": name}) for name in ("a b", "c")] == ["/cases/a%20b/notes", "/cases/c/notes"]
    assert built.build("cases", {"status": "open"}) == "/cases?status=open"
    assert built.build("cases", {"status": "open"}, append_unknown=False) == "/cases"


def test_what_is_matched_needs_no_builder() -> None:
    matched = Map([MatchedRule("/cases/<id>", endpoint="case")]).bind("here").match("/cases/x")
    assert matched == ("case", {"id": "x"})
