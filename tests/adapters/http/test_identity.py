"""Tokens: what proves who is asking, and what only pretends to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from adapters.identity.keys import JwksCache, KeysUnavailable, algorithm_of, keys_from, local_jwks, local_key
from adapters.identity.secrets import local_secret
from adapters.identity.tokens import Caller, TokenVerifier, Unauthenticated, issue_token

NOW = 1_800_000_000.0


def claims(**more: Any) -> dict[str, Any]:
    return {"iss": "originals", "aud": "originals", "sub": "alice", "roles": ["merchant"], "exp": NOW + 60, **more}


def signed(directory: Path, payload: dict[str, Any], key: Key | None = None, alg: str = "ES256", **header: Any) -> str:
    signer = key or local_key(directory)
    return jwt.encode({"alg": alg, "kid": signer.kid or "", **header}, payload, signer, algorithms=[alg])


def verifier(directory: Path, skew: float = 0, now: Callable[[], float] = lambda: NOW, keys: JwksCache | None = None) -> TokenVerifier:
    return TokenVerifier(keys or keys_from(None, directory), "originals", "originals", skew, now)


@pytest.mark.rule("A2")
def test_a_token_says_who_is_asking(tmp_path: Path) -> None:
    token = issue_token(
        tmp_path, "originals", "originals", role="merchant", subject="alice", nickname="Ali", categories=["toys", "toys", "apparel"]
    )
    caller = TokenVerifier(keys_from(None, tmp_path), "originals", "originals").verify(token)
    assert caller == Caller("alice", frozenset({"merchant"}), "Ali", ("toys", "apparel"), caller.issued_at)
    assert caller.issued_at is not None


@pytest.mark.rule("A2")
def test_a_token_ends_at_its_instant(tmp_path: Path) -> None:
    wall = [NOW]
    token, judge = signed(tmp_path, claims(exp=NOW + 1)), verifier(tmp_path, now=lambda: wall[0])
    assert judge.remembered(token) is None
    assert judge.verify(token).subject == "alice"
    wall[0] = NOW + 0.999
    assert judge.verify(token) is judge.remembered(token)
    wall[0] = NOW + 1
    assert judge.remembered(token) is None
    with pytest.raises(Unauthenticated):
        judge.verify(token)
    assert verifier(tmp_path, skew=5, now=lambda: NOW + 5.9).verify(token).subject == "alice"
    with pytest.raises(Unauthenticated):
        verifier(tmp_path, skew=5, now=lambda: NOW + 6).verify(token)


@pytest.mark.rule("A2")
@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "another"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"exp": None},
        {"exp": "1900000000"},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": NOW},
        {"nbf": NOW + 1},
        {"nbf": "soon"},
        {"iat": "yesterday"},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": "a" * 201},
        {"sub": "a\x00b"},
        {"sub": "a\nb"},
        {"nickname": 5},
        {"nickname": ""},
        {"roles": None},
        {"roles": "merchant"},
        {"roles": [5]},
        {"roles": [["merchant"]]},
        {"categories": "apparel"},
        {"categories": [None]},
        {"categories": ["a"] * 101},
    ],
)
def test_a_claim_of_the_wrong_kind_proves_nothing(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier(tmp_path).verify(signed(tmp_path, claims(**wrong)))


@pytest.mark.parametrize(
    "right", [{"aud": ["x", "originals"]}, {"nbf": NOW}, {"iat": NOW}, {"exp": 10**30}, {"roles": ["unheard-of"]}, {"more": {"x": 1}}]
)
def test_a_claim_that_is_allowed_does_no_harm(tmp_path: Path, right: dict[str, Any]) -> None:
    assert verifier(tmp_path).verify(signed(tmp_path, claims(**right))).subject == "alice"


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_forged_tokens_prove_nothing(tmp_path: Path) -> None:
    key, judge = local_key(tmp_path), verifier(tmp_path)
    good = signed(tmp_path, claims())
    head, body, signature = good.split(".")
    public = json.dumps(local_jwks(tmp_path)["keys"][0]).encode()
    pem = key.as_pem(private=False)

    def hs256(secret: bytes) -> str:
        text = f"{_part({'alg': 'HS256', 'kid': key.kid})}.{_part(claims())}"
        return text + "." + base64.urlsafe_b64encode(hmac.new(secret, text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()

    stranger = ECKey.generate_key("P-256", {"kid": key.kid})
    forged = [
        f"{_part({'alg': 'none'})}.{_part(claims())}.",
        f"{_part({'alg': 'none', 'kid': key.kid})}.{_part(claims())}.{signature}",
        hs256(public),
        hs256(pem),
        signed(tmp_path, claims(), OctKey.import_key("s" * 32, {"kid": key.kid}), "HS256"),
        signed(tmp_path, claims(), stranger),
        signed(tmp_path, claims(), stranger, jwk=stranger.as_dict(private=False)),
        signed(tmp_path, claims(), ECKey.generate_key("P-256", {"kid": "other"})),
        f"{head}.{_part(claims(sub='bob'))}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature}.{signature}",
        f"{_part([1])}.{body}.{signature}",
        f"{_part({'kid': key.kid})}.{body}.{signature}",
        f"{_part({'alg': ['ES256'], 'kid': key.kid})}.{body}.{signature}",
        f"{_part({'alg': 'ES256', 'kid': {'a': 1}})}.{body}.{signature}",
        f"{_part({'alg': 'ES256', 'kid': key.kid, 'crit': ['b64'], 'b64': False})}.{body}.{signature}",
        f"{_part('x' * 20)}.{body}.{signature}",
        "a" * 10_000 + ".b.c",
        "....",
        "",
        "é.é.é",
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            judge.verify(token)
    assert judge.verify(good).subject == "alice"


def test_a_payload_that_is_no_object_proves_nothing(tmp_path: Path) -> None:
    from joserfc import jws

    key = local_key(tmp_path)
    for payload in (b"[]", b"5", b"{", b"\xff", b"[" * 5000):
        token = jws.serialize_compact({"alg": "ES256", "kid": key.kid}, payload, key, algorithms=["ES256"])
        with pytest.raises(Unauthenticated):
            verifier(tmp_path).verify(token)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_each_key_verifies_its_own_algorithm_and_no_other(tmp_path: Path) -> None:
    rsa, okp = RSAKey.generate_key(2048, {"kid": "rsa"}), OKPKey.generate_key("Ed25519", {"kid": "okp"})
    pss = RSAKey.generate_key(2048, {"kid": "pss", "alg": "PS256"})
    jwks = {
        "keys": [key.as_dict(private=False) for key in (rsa, okp, pss)] + [{"kty": "oct", "k": "c2VjcmV0", "kid": "oct"}, {"kty": "new"}, 5]
    }
    source = tmp_path / "jwks.json"
    source.write_text(json.dumps(jwks))
    judge = verifier(tmp_path, keys=keys_from(str(source), tmp_path))
    for key, alg in ((rsa, "RS256"), (okp, "Ed25519"), (okp, "EdDSA"), (pss, "PS256")):
        assert judge.verify(signed(tmp_path, claims(), key, alg)).subject == "alice"
    free = RSAKey.import_key({**pss.as_dict(private=True), "alg": "RS256"})
    for key, alg in ((rsa, "PS256"), (rsa, "RS512"), (free, "RS256")):
        with pytest.raises(Unauthenticated):
            judge.verify(signed(tmp_path, claims(), key, alg))


def test_a_key_that_cannot_be_read_is_skipped_and_named_and_the_others_serve(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    good = ECKey.generate_key("P-256", {"kid": "good"})
    broken = [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "bad\n1"}, {"kty": "RSA", "n": 5, "e": "AQAB"}, {"kty": "OKP"}]
    nameless = [ECKey.generate_key("P-256").as_dict(private=False) for _ in range(2)]
    keys = JwksCache(lambda: {"keys": [*broken, good.as_dict(private=False), *nameless]})
    assert verifier(tmp_path, keys=keys).verify(signed(tmp_path, claims(), good)).subject == "alice"
    assert keys.skipped == ("1 (bad\\n1)", "2 (None)", "3 (None)")
    assert (keys.count(), len(caplog.records)) == (3, 3)


@pytest.mark.parametrize("named", [None, "EdDSA", "Ed25519"])
def test_eddsa_and_ed25519_are_one(tmp_path: Path, named: str | None) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    public = {**key.as_dict(private=False), **({} if named is None else {"alg": named})}
    judge = verifier(tmp_path, keys=JwksCache(lambda: {"keys": [public]}))
    for alg in ("EdDSA", "Ed25519"):
        assert judge.verify(signed(tmp_path, claims(), key, alg)).subject == "alice"


def test_keys_that_sign_nothing_have_no_algorithm() -> None:
    assert algorithm_of(OctKey.generate_key(256)) is None
    assert algorithm_of(ECKey.generate_key("P-256", {"use": "enc"})) is None
    assert algorithm_of(ECKey.generate_key("P-256", {"alg": "HS256"})) is None
    assert algorithm_of(OKPKey.generate_key("X25519")) is None


def test_a_token_without_a_key_id_is_verified_where_there_is_one_key(tmp_path: Path) -> None:
    one, two = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
    token = jwt.encode({"alg": "ES256"}, claims(), one, algorithms=["ES256"])
    alone = JwksCache(lambda: {"keys": [one.as_dict(private=False)]})
    both = JwksCache(lambda: {"keys": [one.as_dict(private=False), two.as_dict(private=False)]})
    assert verifier(tmp_path, keys=alone).verify(token).subject == "alice"
    with pytest.raises(Unauthenticated):
        verifier(tmp_path, keys=both).verify(token)


def test_a_new_key_is_fetched_when_it_is_first_met_but_not_for_every_forger(tmp_path: Path) -> None:
    old, new = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
    published, fetched, time = [old], [0], [0.0]

    def load() -> dict[str, Any]:
        fetched[0] += 1
        return {"keys": [key.as_dict(private=False) for key in published]}

    keys = JwksCache(load, ttl=600, pause=30, clock=lambda: time[0])
    assert keys.find(old.kid) is not None
    published.append(new)
    for _ in range(50):
        assert keys.find(new.kid) is None
    assert fetched[0] == 1
    time[0] = 31
    assert keys.find(new.kid) is not None
    assert fetched[0] == 2
    published.remove(old)
    time[0] = 700
    assert keys.find(old.kid) is None


def test_a_source_that_fails_leaves_the_keys_there_are(tmp_path: Path) -> None:
    key, up, time = ECKey.generate_key("P-256", auto_kid=True), [False], [0.0]

    def load() -> dict[str, Any]:
        if not up[0]:
            raise OSError("down")
        return {"keys": [key.as_dict(private=False)]}

    keys = JwksCache(load, ttl=600, pause=30, clock=lambda: time[0])
    with pytest.raises(KeysUnavailable):
        keys.find(key.kid)
    up[0], time[0] = True, 2
    assert keys.find(key.kid) is not None
    up[0], time[0] = False, 1000
    assert keys.find(key.kid) is not None


def test_a_key_that_was_withdrawn_is_noticed_within_a_minute(tmp_path: Path) -> None:
    key, other = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
    published, wall = [key], [NOW]
    keys = JwksCache(lambda: {"keys": [k.as_dict(private=False) for k in published]}, ttl=10, pause=1, clock=lambda: wall[0])
    judge, token = verifier(tmp_path, now=lambda: wall[0], keys=keys), signed(tmp_path, claims(exp=NOW + 3600), key)
    assert judge.verify(token).subject == "alice"
    published[:] = [other]
    wall[0] = NOW + 61
    with pytest.raises(Unauthenticated):
        judge.verify(token)


def test_the_local_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    where = tmp_path / "store" / "keys"
    first, again = local_key(where), local_key(where)
    assert first.as_dict(private=True) == again.as_dict(private=True)
    assert "d" not in local_jwks(where)["keys"][0]
    assert [stat.S_IMODE(file.stat().st_mode) for file in where.iterdir()] == [0o600]


def test_two_that_start_together_have_one_secret(tmp_path: Path) -> None:
    found: list[bytes] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        found.append(local_secret(tmp_path / "keys", "cursors"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["cursors"]
