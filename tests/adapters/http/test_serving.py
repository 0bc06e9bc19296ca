"""A request on its way to a view and back: each thing that can be wrong has its own answer, in a fixed order."""

from __future__ import annotations

import io
import json

import pytest
from werkzeug.test import TestResponse

from adapters.http.schemas.common import Problem, page_of
from tests.adapters.http.conftest import Visitor
from tests.adapters.http.documented import assert_documented
from tests.adapters.http.house import Note


def refused(answer: TestResponse, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/problem+json"
    problem: dict[str, object] = json.loads(answer.data)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    return problem


def fields(problem: dict[str, object]) -> list[str]:
    assert isinstance(problem["errors"], list)
    return [error["field"] for error in problem["errors"]]


def test_a_note_is_made_read_changed_and_dropped(visit: Visitor) -> None:
    made = visit("POST", "/v1/notes", json={"words": "hello"})
    assert made.status_code == 201
    assert_documented(made.data, Note)
    path = f"/v1/notes/{made.json['id']}"
    read = visit("GET", path)
    assert (read.status_code, read.json) == (200, made.json)
    assert read.headers["ETag"] == made.headers["ETag"]
    assert visit("PUT", path, json={"words": "bye"}).json == {"id": made.json["id"], "words": "bye"}
    dropped = visit("DELETE", path)
    assert (dropped.status_code, dropped.data, "Content-Type" in dropped.headers) == (204, b"", False)
    refused(visit("GET", path), 404, "not_found")


def test_no_command_is_taken_while_the_clock_is_doubted_and_reads_go_on(visit: Visitor) -> None:
    visit.house.notes["clock"] = ("alice", "twenty days ahead")
    answer = visit("POST", "/v1/notes", json={"words": "hello"})
    refused(answer, 503, "clock_doubtful")
    assert answer.headers["Retry-After"] == "30"
    assert visit("GET", "/v1/notes").status_code == 200
    del visit.house.notes["clock"]
    assert visit("POST", "/v1/notes", json={"words": "hello"}).status_code == 201


def test_who_has_no_token_is_told_so_before_anything_else(visit: Visitor) -> None:
    answer = visit.client.post("/v1/notes", data=b"not json", content_type="text/plain")
    refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic abc", "Bearer a.b.c", "Bearer a.b.c, Bearer a.b.c"])
def test_what_is_no_token_lets_nobody_in(visit: Visitor, header: str) -> None:
    answer = visit.client.get("/v1/notes", headers={"Authorization": header})
    refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer error=")


def test_another_role_is_refused_before_its_body_is_looked_at(visit: Visitor) -> None:
    refused(visit("POST", "/v1/notes", role="reviewer", data=b"not json", content_type="text/plain"), 403, "forbidden")
    refused(visit("POST", "/v1/papers", json={"words": "x"}), 403, "forbidden")


def test_anothers_note_looks_like_none(visit: Visitor) -> None:
    mine = visit("POST", "/v1/notes", json={"words": "hello"}).json["id"]
    theirs, none = visit("GET", f"/v1/notes/{mine}", subject="bob"), visit("GET", "/v1/notes/nothing", subject="bob")
    strip = [{k: v for k, v in json.loads(answer.data).items() if k != "instance"} for answer in (theirs, none)]
    assert strip[0] == strip[1]
    assert theirs.status_code == none.status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/nothing", "/v1/notes/", "/v1//notes", "/v1/notes/a/b/c", "/static/x", "/v1/notes/%00"]
)
def test_an_unknown_path_is_a_problem_and_no_redirect(visit: Visitor, path: str) -> None:
    refused(visit("GET", path), 404, "not_found")


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "DELETE", "PUT", "BREW"])
def test_a_method_that_is_not_there_says_which_are(visit: Visitor, method: str) -> None:
    answer = visit(method, "/v1/notes")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_options_tells_the_methods_and_nothing_else(visit: Visitor) -> None:
    answer = visit.client.options("/v1/notes")
    assert (answer.status_code, answer.data, answer.headers["Allow"]) == (204, b"", "GET, HEAD, OPTIONS, POST")
    assert "Content-Type" not in answer.headers
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_head_is_get_without_the_body(visit: Visitor) -> None:
    get, head = visit("GET", "/v1/notes"), visit("HEAD", "/v1/notes")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", get.headers["ETag"])


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=0.9", "application/json;q=0", "application/json;q=0, */*", "image/*"])
def test_what_the_client_does_not_take_is_not_sent(visit: Visitor, accept: str) -> None:
    refused(visit("GET", "/v1/notes", headers={"Accept": accept}), 406, "not_acceptable")


@pytest.mark.parametrize("accept", ["application/json", "application/json; charset=utf-8", "*/*", "text/html, application/*;q=0.1", ""])
def test_what_the_client_takes_is_sent(visit: Visitor, accept: str) -> None:
    assert visit("GET", "/v1/notes", headers={"Accept": accept}).status_code == 200


def test_a_picture_is_sent_as_one(visit: Visitor) -> None:
    answer = visit("GET", "/v1/picture", headers={"Accept": "image/webp, image/*"})
    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert visit("GET", "/v1/picture", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_feed_is_streamed(visit: Visitor) -> None:
    answer = visit("GET", "/v1/feed")
    assert (answer.mimetype, answer.data) == ("application/x-ndjson", b'{"a":1}\n{"a":2}\n')


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "multipart/form-data"]
)
def test_another_media_type_is_not_read(visit: Visitor, kind: str) -> None:
    refused(visit("POST", "/v1/notes", data=b'{"words":"x"}', content_type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"words":"a","words":"b"}',
        b'{"words":NaN}',
        b'{"stars":1e999,"words":"a"}',
        b"\xff\xfe{}",
        b'\xef\xbb\xbf{"words":"a"}',
        b'{"words":"a"}{}',
        b"[" * 100_000,
        b'{"words":' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"stars":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_one_json_object_is_malformed(visit: Visitor, body: bytes) -> None:
    refused(visit("POST", "/v1/notes", data=body, content_type="application/json"), 400, "malformed")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"{}", ["words"]),
        (b"", ["words"]),
        (b'{"words":"x","more":1}', ["more"]),
        (b'{"words":""}', ["words"]),
        (b'{"words":" \\n\\t"}', ["words"]),
        (b'{"words":5}', ["words"]),
        (b'{"words":null}', ["words"]),
        (b'{"words":"a\\u0000b"}', ["words"]),
        (b'{"words":"a\\ud800b"}', ["words"]),
        (b'{"words":"x","stars":1.5}', ["stars"]),
        (b'{"words":"x","stars":true}', ["stars"]),
        (b'{"words":"x","stars":"1"}', ["stars"]),
        (b'{"words":"x","stars":6}', ["stars"]),
        (b'{"words":"x","until":"2026-02-12T02:00:00"}', ["until"]),
        (b'{"words":"x","until":"2026-02-30T02:00:00Z"}', ["until"]),
        (b'{"words":"x","until":"0001-01-01T00:00:00+14:00"}', ["until"]),
        (b'{"words":"x","until":20260212}', ["until"]),
        (b'{"words":5,"stars":-1}', ["stars", "words"]),
    ],
)
def test_each_field_that_is_wrong_is_named(visit: Visitor, body: bytes, wrong: list[str]) -> None:
    problem = refused(visit("POST", "/v1/notes", data=body, content_type="application/json"), 422, "invalid")
    assert fields(problem) == wrong
    assert_documented(problem, Problem)
    assert visit.house.seen == []


def test_values_arrive_as_what_they_mean(visit: Visitor) -> None:
    visit("POST", "/v1/notes", json={"words": "x", "until": "2026-02-12T04:00:00.5+02:00", "stars": 3.0})
    body = visit.house.seen[0].body
    assert (body["until"].isoformat(), body["stars"]) == ("2026-02-12T02:00:00.500000+00:00", 3)
    assert visit.house.seen[0].caller.subject == "alice"


def test_a_command_without_members_takes_an_empty_object_or_nothing(visit: Visitor) -> None:
    note = visit("POST", "/v1/notes", json={"words": "hello"}).json["id"]
    assert visit("POST", f"/v1/notes/{note}/reading", json={}).status_code == 200
    assert visit("POST", f"/v1/notes/{note}/reading").status_code == 200
    assert fields(refused(visit("POST", f"/v1/notes/{note}/reading", json={"a": 1}), 422, "invalid")) == ["a"]


def test_toml_is_read_where_it_is_said(visit: Visitor) -> None:
    toml = b'words = "hello"\nuntil = 2026-02-12T02:00:00Z\n'
    assert visit("POST", "/v1/papers", role="admin", data=toml, content_type="application/toml").json["words"] == "hello"
    for wrong in (b"= 1", b"words = nan", b"words = [-inf]", b"a." * 1200 + b"b = 1", b"x = " + b"[" * 5000 + b"]" * 5000):
        refused(visit("POST", "/v1/papers", role="admin", data=wrong, content_type="application/toml"), 400, "malformed")
    refused(visit("POST", "/v1/notes", data=toml, content_type="application/toml"), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("kind=odd", "kind"),
        ("more=1", "more"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("after=abc", "after"),
        ("after=", "after"),
        ("kind=%00", "kind"),
    ],
)
def test_a_query_that_makes_no_sense_is_not_ignored(visit: Visitor, query: str, wrong: str) -> None:
    assert fields(refused(visit("GET", f"/v1/notes?{query}"), 422, "invalid")) == [wrong]


def test_a_parameter_of_an_operation_without_any_is_not_ignored(visit: Visitor) -> None:
    assert fields(refused(visit("GET", "/v1/picture?size=big"), 422, "invalid")) == ["size"]


def test_a_list_is_read_page_by_page(visit: Visitor) -> None:
    made = [visit("POST", "/v1/notes", json={"words": f"w{n}"}).json["id"] for n in range(5)]
    found, path = [], "/v1/notes?limit=2"
    while True:
        page = visit("GET", path).json
        assert_documented(page, page_of(Note))
        found += [note["id"] for note in page["items"]]
        if page["next"] is None:
            break
        path = f"/v1/notes?limit=2&after={page['next']}"
    assert found == made


def test_a_cursor_is_its_readers_own(visit: Visitor) -> None:
    for n in range(3):
        visit("POST", "/v1/notes", json={"words": f"w{n}"})
    cursor = visit("GET", "/v1/notes?limit=1").json["next"]
    assert visit("GET", f"/v1/notes?after={cursor}").status_code == 200
    assert fields(refused(visit("GET", f"/v1/notes?after={cursor}", subject="bob"), 422, "invalid")) == ["after"]


def test_who_has_it_already_is_not_sent_it_again(visit: Visitor) -> None:
    tag = visit("GET", "/v1/notes").headers["ETag"]
    for condition in (tag, f'"x", W/{tag}', "*"):
        answer = visit("GET", "/v1/notes", headers={"If-None-Match": condition})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert visit("GET", "/v1/notes", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_command_on_what_has_changed_since_is_refused(visit: Visitor) -> None:
    path = "/v1/notes/" + visit("POST", "/v1/notes", json={"words": "hello"}).json["id"]
    tag = visit("GET", path).headers["ETag"]
    for condition in ('"other"', f"W/{tag}", "", "nonsense"):
        refused(visit("PUT", path, json={"words": "bye"}, headers={"If-Match": condition}), 412, "precondition_failed")
    assert visit("PUT", path, json={"words": "bye"}, headers={"If-Match": f'"other", {tag}'}).status_code == 200
    refused(visit("DELETE", path, headers={"If-Match": tag}), 412, "precondition_failed")
    refused(visit("DELETE", path, subject="bob", headers={"If-Match": "*"}), 404, "not_found")
    assert visit("DELETE", path, headers={"If-Match": "*"}).status_code == 204


def parts(*files: tuple[str, bytes], **more: str) -> dict[str, object]:
    return {"data": {"file": [(io.BytesIO(content), name) for name, content in files], **more}, "content_type": "multipart/form-data"}


def test_files_are_kept_in_their_order_with_their_names(visit: Visitor) -> None:
    answer = visit("POST", "/v1/boxes/a%2Fb%20c/files", **parts(("ö.jpg", b"one"), ("b.png", b"x" * 700_000), kind="raw"))
    assert (answer.status_code, answer.json["files"], answer.json["kind"]) == (201, ["ö.jpg", "b.png"], "raw")
    request = visit.house.seen[0]
    assert (request.path["name"], request.uploads[0].content, len(request.uploads[1].content)) == ("a/b c", b"one", 700_000)
    refused(visit("POST", "/v1/boxes/nowhere/files", **parts(("a.jpg", b"one"))), 404, "unknown_folder")


def test_a_multipart_request_that_is_not_as_declared_is_refused(visit: Visitor) -> None:
    path = "/v1/boxes/x/files"
    assert fields(refused(visit("POST", path, **parts(kind="raw")), 422, "invalid")) == ["file"]
    assert fields(refused(visit("POST", path, **parts(("a.jpg", b"1"), kind="odd")), 422, "invalid")) == ["kind"]
    assert fields(refused(visit("POST", path, **parts(("a.jpg", b"1"), more="1")), 422, "invalid")) == ["more"]
    assert fields(refused(visit("POST", path, data={"file": "text"}, content_type="multipart/form-data"), 422, "invalid")) == ["file"]
    other = {"data": {"picture": (io.BytesIO(b"1"), "a.jpg")}, "content_type": "multipart/form-data"}
    assert fields(refused(visit("POST", path, **other), 422, "invalid")) == ["picture"]
    assert visit("POST", path, **parts(("x" * 300, b"1"))).json["files"] == ["x" * 255]  # a name that is too long is cut
    refused(visit("POST", path, json={}), 415, "unsupported_media_type")
    refused(visit("POST", path, data=b"x", content_type="multipart/form-data"), 400, "malformed")
    refused(visit("POST", path, data=b"--e\r\nbroken", content_type="multipart/form-data; boundary=e"), 400, "malformed")
    many = b"".join(b'--e\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n' for _ in range(1001)) + b"--e--\r\n"
    refused(visit("POST", path, data=many, content_type="multipart/form-data; boundary=e"), 413, "request_too_large")


@pytest.mark.parametrize("key", ["", " x", "x" * 256, "a\tb", "schlüssel"])
def test_an_idempotency_key_is_short_and_printable(visit: Visitor, key: str) -> None:
    answer = visit("POST", "/v1/notes", json={"words": "x"}, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert fields(refused(answer, 422, "invalid")) == ["Idempotency-Key"]


def test_the_same_content_has_the_same_fingerprint_however_it_is_written(visit: Visitor) -> None:
    head = {"headers": {"Idempotency-Key": "k" * 255}}
    visit("POST", "/v1/notes", data=b'{"words":"x","stars":1}', content_type="application/json", **head)
    visit("POST", "/v1/notes", data=b'{ "stars": 1, "words": "\\u0078" }', content_type="application/json", **head)
    visit("POST", "/v1/notes", json={"words": "y", "stars": 1}, **head)
    visit("POST", "/v1/notes", json={"words": "y", "stars": 1}, subject="bob", **head)
    first, again, other, bobs = (request.key for request in visit.house.seen)
    assert first == again
    assert first and other and bobs
    assert (first.scope, first.key) == (other.scope, other.key) == (other.scope, "k" * 255)
    assert first.fingerprint != other.fingerprint
    assert bobs.scope != other.scope
    assert "alice" not in first.scope


def test_files_have_the_same_fingerprint_whatever_the_boundary(visit: Visitor) -> None:
    def body(edge: str, name: str = "a.jpg", content: str = "1") -> dict[str, object]:
        part = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{content}\r\n--{edge}--\r\n'
        return {"data": part.encode(), "content_type": f"multipart/form-data; boundary={edge}"}

    for sent in (body("one"), body("two"), body("one", name="b.jpg"), body("one", content="2")):
        visit("POST", "/v1/boxes/x/files", headers={"Idempotency-Key": "k"}, **sent)
    prints = [request.key.fingerprint for request in visit.house.seen if request.key]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_a_refusal_is_a_problem_with_its_facts_but_keeps_its_own_members(visit: Visitor) -> None:
    problem = refused(visit("POST", "/v1/notes", json={"words": "closed"}), 409, "case_closed")
    assert problem["closed_at"] == "2026-02-24T16:00:00Z"


def test_what_nobody_foresaw_tells_nothing(visit: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    answer = visit("POST", "/v1/trouble/1")
    refused(answer, 500, "internal")
    assert b"secret" not in answer.data
    assert b"RuntimeError" not in answer.data


def test_not_just_now_says_when(visit: Visitor) -> None:
    answer = visit("POST", "/v1/trouble/2")
    refused(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert refused(visit("POST", "/v1/trouble/3"), 422, "all_refused")["refused"][0]["id"] == "x"  # type: ignore[index]
    assert visit("POST", "/v1/trouble/4").json["words"] == "fine"
    refused(visit("POST", "/v1/trouble/0"), 404, "not_found")


def test_a_request_over_the_cap_is_refused_by_its_length(tmp_path) -> None:  # type: ignore[no-untyped-def]
    visit = Visitor(tmp_path, max_request_bytes=2000)
    refused(visit("POST", "/v1/notes", data=b"x" * 2001, content_type="application/json"), 413, "request_too_large")
    refused(visit("POST", "/v1/notes", role="admin", data=b"x" * 2001), 403, "forbidden")
    refused(visit.client.post("/v1/notes", data=b"x" * 2001), 401, "unauthenticated")
    roomy = Visitor(tmp_path)
    refused(roomy("POST", "/v1/notes", data=b"x" * (2**20 + 1), content_type="text/plain"), 413, "request_too_large")
    assert roomy("POST", "/v1/boxes/a/files", data={"file": (io.BytesIO(bytes(2**20 + 1)), "a.txt")}).status_code == 201


def test_so_many_errors_are_told_and_how_many_more(visit: Visitor) -> None:
    problem = refused(visit("POST", "/v1/notes", json={"words": "x", **{f"no{n:05}": 0 for n in range(20_000)}}), 422, "invalid")
    assert (fields(problem), problem["more"]) == ([f"no{n:05}" for n in range(20)], 19_980)
    few = refused(visit("POST", "/v1/notes", json={"words": "x", "no": 0}), 422, "invalid")
    assert (fields(few), "more" in few) == (["no"], False)
    longer = refused(visit("POST", "/v1/notes", json={"words": "x", "tags": [0] * 100_000}), 422, "invalid")
    assert longer["errors"] == [{"field": "tags", "messages": ["Longer than maximum length 30."]}]
    assert refused(visit("POST", "/v1/notes", json={"words": "x", "tags": [0] * 30}), 422, "invalid")["more"] == 10
