"""Content credentials as evidence of prior right (rule H1): each thing that can be found of them, read in a process with limits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.credentials import reading
from adapters.credentials.anchors import AnchorsError, anchors_of, as_pem
from adapters.credentials.content import ContentCredentials, CredentialsAction, CredentialsIngredient
from adapters.credentials.manifest import found, on_a_line
from adapters.pictures import Marks, PillowInspector, limits
from tests.adapters.credentials.signing import CREATED, Root
from tests.adapters.pictures.drawn import saved, scene
from tests.adapters.timestamps.openssl_authority import OpensslAuthority

pytestmark = pytest.mark.rule("H1")
JPEG, PNG = saved(scene(71, (320, 240))), saved(scene(72, (320, 240)), "PNG")


@pytest.fixture(scope="module")
def inspector() -> Iterator[PillowInspector]:
    made = PillowInspector(Marks(None))
    yield made
    made.close()


@pytest.fixture(scope="module")
def root() -> Root:
    return Root()


def test_a_signed_picture_is_as_its_signer_made_it_and_only_the_operators_list_vouches_for_him(
    inspector: PillowInspector, root: Root
) -> None:
    for form, picture in (("JPEG", JPEG), ("PNG", PNG)):
        signed = root.signer().sign(picture, form)
        untrusted, trusted = (inspector.read_credentials(signed, vouched) for vouched in ("", root.pem))
        assert (untrusted.state, trusted.state) == ("untrusted", "trusted")
        assert inspector.read_credentials(signed, Root("Another Root").pem).state == "untrusted"
        assert untrusted.signer is not None and untrusted.signer.name == "Lin Studio, Lin Studio Ltd"
        assert (untrusted.signer.issuer, untrusted.signer.valid_from) == (
            "Nobody's Root, Nobody's Root Ltd",
            datetime(2025, 1, 1, tzinfo=UTC),
        )
        assert (untrusted.time, untrusted.made_with, untrusted.title, untrusted.failures) == (None, "Test camera 1.0", "a coat", ())
        assert untrusted.actions == (CredentialsAction("c2pa.created", None, "digitalCapture"),)
        assert untrusted.reader is not None and untrusted.reader.startswith("c2pa-rs ")
    assert inspector.read_credentials(JPEG, root.pem).state == "none"


def test_what_was_changed_since_or_has_run_out_or_is_none_has_a_word_of_its_own(inspector: PillowInspector, root: Root) -> None:
    signed = root.signer().sign(JPEG)
    told = signed.replace(b"a coat", b"a hats")
    assert len(told) == len(signed) and told != signed
    shown = bytearray(signed)
    shown[-200] ^= 1
    expected = {
        "altered": [told, bytes(shown)],
        "expired": [root.signer().sign_after_its_end(JPEG)],
        "unreadable": [signed.replace(b"jumb", b"jumc", 1), b"no picture", b""],
        "invalid": [root.signer().sign(JPEG, actions=[{"action": "c2pa.cropped"}])],  # a history begins with its making
    }
    found_ = {state: [inspector.read_credentials(one, root.pem).state for one in several] for state, several in expected.items()}
    assert found_ == {state: [state] * len(several) for state, several in expected.items()}
    assert inspector.read_credentials(told, root.pem).failures == ("claimSignature.mismatch",)
    assert inspector.read_credentials(bytes(shown), root.pem).failures == ("assertion.dataHash.mismatch",)


def test_a_time_is_an_authoritys_where_its_token_holds_and_else_the_signers_own(
    inspector: PillowInspector, root: Root, tmp_path: Path
) -> None:
    authority, signer = OpensslAuthority(tmp_path / "tsa"), root.signer()
    with authority.served():
        stamped = signer.sign(JPEG, authority=authority.url)
    alone = inspector.read_credentials(stamped, root.pem).time
    both = inspector.read_credentials(stamped, root.pem + (authority.folder / "root.pem").read_text()).time
    assert alone is not None and both is not None and alone.authority is not None
    assert (alone.by, alone.vouched, both.vouched) == ("authority", False, True)
    assert (alone.authority.name, alone.authority.issuer) == ("Time Authority", "Time Authority Root")
    edited = {"action": "c2pa.cropped", "when": "2024-05-05T10:00:00Z"}
    said = inspector.read_credentials(signer.sign(JPEG, actions=[CREATED, edited]), root.pem).time
    assert said is not None and (said.by, said.vouched, said.at) == ("signer", False, datetime(2024, 5, 5, 10, tzinfo=UTC))


def test_what_it_was_made_of_is_told_with_who_signed_that(inspector: PillowInspector, root: Root) -> None:
    raw = root.signer("Camera").sign(JPEG, title="raw")
    edited = root.signer().sign(JPEG, ingredients=[("the raw shot", "parentOf", raw), ("a font", "inputTo", JPEG)], actions=[CREATED])
    told = inspector.read_credentials(edited, root.pem)
    assert CredentialsIngredient("the raw shot", "parentOf", "Camera, Camera Ltd") in told.ingredients
    assert CredentialsIngredient("a font", "inputTo", None) in told.ingredients


def test_what_is_wrong_with_an_ingredient_is_not_held_against_the_picture_or_its_signer(inspector: PillowInspector, root: Root) -> None:
    raw, other = root.signer("Camera").sign(JPEG, title="raw"), Root("Another Root").signer("Stranger").sign(JPEG)
    parts = [("the raw shot", "parentOf", raw.replace(b"raw", b"war")), ("a font", "inputTo", raw), ("a scan", "inputTo", other)]
    told = inspector.read_credentials(root.signer().sign(JPEG, ingredients=parts), root.pem)
    assert (told.state, told.failures) == ("trusted", ())
    assert {one.title for one in told.ingredients if one.failures} <= {"the raw shot", "a font"}
    for code in ("signingCredential.untrusted", "signingCredential.expired", "assertion.hashedURI.mismatch"):
        delta = {
            "ingredientAssertionURI": "self#jumbf=/c2pa/a/c2pa.assertions/c2pa.ingredient.v3",
            "validationDeltas": {"failure": [{"code": code}]},
        }
        held = {"success": [{"code": "claimSignature.validated"}, {"code": "signingCredential.trusted"}]}
        made_of = {"c2pa.ingredient.v3": {"dc:title": "a shot", "relationship": "parentOf"}}
        one = {"label": "a", "validationResults": held, "assertions": made_of, "ingredientDeltas": [delta]}
        read = found({"manifests": [one]}, "a", vouched=True, reader="r")
        assert (read.state, read.failures, read.ingredients) == (
            "trusted",
            (),
            (CredentialsIngredient("a shot", "parentOf", None, (code,)),),
        )


def test_an_address_is_one_line_that_nothing_obeys() -> None:
    assert on_a_line("https://a.example/\u202egpj\n<x>\x07", 500) == "https://a.example/gpj <x>"
    assert on_a_line("x" * 900, 500) == "x" * 500


def test_credentials_that_are_elsewhere_are_named_and_nobody_asks_there(inspector: PillowInspector, root: Root) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/1.c2pa"
        told = inspector.read_credentials(root.signer().sign(JPEG, elsewhere=address), root.pem)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (told.state, told.address, asked) == ("elsewhere", address, [])


def test_while_it_reads_no_file_and_no_connection_can_be_opened() -> None:
    with reading.no_new_files(), pytest.raises(OSError, match="Too many open files"):
        socket.socket()
    socket.socket().close()


def test_what_a_signer_writes_is_cut_short_and_what_makes_no_sense_is_nothing(inspector: PillowInspector, root: Root) -> None:
    many = root.signer().sign(JPEG, title="long\x07\n" * 900, actions=[CREATED, *({"action": f"org.{n}"} for n in range(30))])
    told = inspector.read_credentials(many, "")
    assert (len(told.title or ""), len(told.actions), told.left_out) == (200, 20, 11)
    assert "\n" not in (told.title or "") and "\x07" not in (told.title or "")
    odd = {"label": "a", "validationResults": 3, "assertions": {"c2pa.actions": {"actions": [1, {"action": 2}]}, "c2pa.ingredient": []}}
    stamp = {"timeStampInfo": {"timestamp": "never"}, "certificateInfo": {"subject": {"CN": "x" * 999}, "validity": {"notBefore": 7}}}
    read = found({"manifests": [4, {**odd, "signature": stamp, "claim": {"claim_generator": "old tool"}}]}, "a", vouched=True, reader="r")
    assert (read.state, read.made_with, read.actions, read.ingredients, read.time) == ("invalid", "old tool", (), (), None)
    assert read.signer is not None and (len(read.signer.name), read.signer.valid_from) == (200, None)


def test_nobody_is_trusted_without_a_list_whatever_the_package_says() -> None:
    codes = [{"code": "claimSignature.validated"}, {"code": "signingCredential.trusted"}]
    told = {"manifests": [{"label": "a", "validationResults": {"success": codes, "failure": []}}]}
    assert [found(told, "a", vouched, "r").state for vouched in (False, True)] == ["untrusted", "trusted"]


def test_what_is_too_long_is_not_read_and_without_the_package_nothing_is(
    inspector: PillowInspector, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = root.signer().sign(JPEG)
    with monkeypatch.context() as lowered:
        lowered.setattr(limits, "CREDENTIALS_BYTES", len(signed) - 1)
        assert inspector.read_credentials(signed, "").state == "unreadable"
    monkeypatch.setattr(reading, "PACKAGE", "no_such_package_here")
    assert inspector.read_credentials(signed, "") == ContentCredentials("not_read")


def test_the_operators_list_is_certificates_and_nothing_else(tmp_path: Path, root: Root) -> None:
    (tmp_path / "list").write_text(f"# ours\n{root.pem}and more\n{Root('Two').pem}")
    assert as_pem(anchors_of(tmp_path / "list")).startswith(root.pem)
    (tmp_path / "none").write_text("nobody")
    for name, why in (("none", "no certificates"), ("missing", "No such file")):
        with pytest.raises(AnchorsError, match=why):
            anchors_of(tmp_path / name)
