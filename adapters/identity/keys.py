"""The keys that verify tokens: the local key pair, or a JWKS from a file or a URL. Asymmetric keys only, one algorithm a key."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OctKey

from adapters.identity.secrets import made_once

LOCAL_KEY: Final = "tokens.jwk"
ALGORITHMS: Final = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed25519")
_ALGORITHM_OF_CURVE: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "Ed25519"}
_MAX_JWKS_BYTES: Final = 1024 * 1024


class KeysUnavailable(Exception):
    """The JWKS could not be read and none was read before: no token can be judged."""


def local_key(directory: Path) -> ECKey:
    """The deployment's own signing key (P-256), made on first use."""

    def make() -> bytes:
        return json.dumps(ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True).as_dict(private=True)).encode()

    return ECKey.import_key(json.loads(made_once(directory, LOCAL_KEY, make)))


def local_jwks(directory: Path) -> dict[str, Any]:
    """The public half of the local key pair as a JWKS."""
    return {"keys": [local_key(directory).as_dict(private=False)]}


def algorithm_of(key: Key) -> str | None:
    """The one algorithm a key verifies: its own `alg`, else its curve's, RS256 for RSA. None: not a key for signatures."""
    if isinstance(key, OctKey) or key.get("use", "sig") != "sig":
        return None
    declared = {"EdDSA": "Ed25519"}.get(str(key.get("alg")), key.get("alg"))
    natural = "RS256" if key.key_type == "RSA" else _ALGORITHM_OF_CURVE.get(str(key.get("crv")))
    chosen = str(declared) if declared is not None else natural
    if chosen not in ALGORITHMS or (key.key_type == "RSA") != (chosen[:2] in ("RS", "PS")):
        return None
    return chosen if key.key_type == "RSA" or chosen == natural else None


class JwksCache:
    """A JWKS by key id, read when first needed, again after `ttl` seconds, and for an unknown id at most every `pause` seconds."""

    def __init__(
        self, load: Callable[[], dict[str, Any]], ttl: float = 600, pause: float = 30, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load, self._ttl, self._pause, self._clock = load, ttl, pause, clock
        self._keys: dict[str | None, Key] | None = None
        self._read_at = self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str | None) -> Key | None:
        """The key of that id; without an id the only key there is. Raises KeysUnavailable."""
        keys = self._current(kid)
        if kid is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(kid)

    def _current(self, kid: str | None) -> dict[str | None, Key]:
        now = self._clock()
        wanted = self._keys is None or now - self._read_at >= self._ttl or (kid is not None and kid not in self._keys)
        # whoever finds another already reading goes on with the keys there are, unless there are none
        if wanted and self._lock.acquire(blocking=self._keys is None):
            try:
                if self._keys is None or now - self._tried_at >= self._pause:
                    self._read(now)
            finally:
                self._lock.release()
        if self._keys is None:
            raise KeysUnavailable
        return self._keys

    def _read(self, now: float) -> None:
        if now - self._tried_at < min(self._pause, 1):
            return
        self._tried_at = now
        try:
            keys = KeySet.import_key_set(_usable(self._load())).keys
        except (OSError, ValueError, TypeError, KeyError, JoseError):
            return  # the old keys serve on; without any `find` says so
        self._keys = {key.get("kid"): key for key in keys if algorithm_of(key) is not None}  # type: ignore[misc]
        self._read_at = now


def keys_from(source: str | None, directory: Path, ttl: float = 600) -> JwksCache:
    """The keys of a JWKS file or URL, or the local key pair where `source` is None."""
    if source is None:
        jwks = local_jwks(directory)
        return JwksCache(lambda: jwks, ttl=float("inf"))
    if source.startswith(("https://", "http://")):
        return JwksCache(lambda: _fetch(source), ttl)
    return JwksCache(lambda: _document(Path(source).read_bytes()), ttl)


def _usable(jwks: dict[str, Any]) -> Any:
    """Only keys whose type is known and asymmetric: a foreign or symmetric key among them must not spoil the others."""
    return {"keys": [key for key in jwks["keys"] if isinstance(key, dict) and key.get("kty") in ("EC", "RSA", "OKP")]}


def _fetch(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return _document(answer.read(_MAX_JWKS_BYTES + 1))


def _document(content: bytes) -> dict[str, Any]:
    document = json.loads(content) if len(content) <= _MAX_JWKS_BYTES else None
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("no JWKS")
    return document
