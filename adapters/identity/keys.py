"""The keys that verify tokens: the local key pair, or a JWKS from a file or a URL. Asymmetric keys only, one algorithm a key."""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OctKey

from adapters.identity.secrets import made_once
from adapters.wording.printer import escaped

LOCAL_KEY: Final = "tokens.jwk"
ALGORITHMS: Final = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "Ed25519")
_ALGORITHM_OF_CURVE: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "Ed25519"}
_MAX_JWKS_BYTES: Final = 1024 * 1024
_LOGGER: Final = logging.getLogger("originals")


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
        self.skipped: tuple[str, ...] = ()
        """The keys of the last reading that could not be read, by their place and id: tokens of theirs are not believed."""

    def find(self, kid: str | None) -> Key | None:
        """The key of that id; without an id the only key there is. Raises KeysUnavailable."""
        keys = self._current(kid)
        if kid is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(kid)

    def count(self) -> int:
        """How many keys verify tokens. Raises KeysUnavailable."""
        return len(self._current(None))

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
            keys, skipped = _keys_of(self._load())
        except (OSError, ValueError, TypeError, KeyError):
            return  # the old keys serve on; without any `find` says so
        for name in set(skipped) - set(self.skipped):
            _LOGGER.warning("a key of the JWKS cannot be read and is skipped", extra={"facts": {"key": name}})
        self._keys, self.skipped, self._read_at = keys, skipped, now


def keys_from(source: str | None, directory: Path, ttl: float = 600) -> JwksCache:
    """The keys of a JWKS file or URL, or the local key pair where `source` is None."""
    if source is None:
        jwks = local_jwks(directory)
        return JwksCache(lambda: jwks, ttl=float("inf"))
    if source.startswith(("https://", "http://")):
        return JwksCache(lambda: _fetch(source), ttl)
    return JwksCache(lambda: _document(Path(source).read_bytes()), ttl)


def _keys_of(jwks: dict[str, Any]) -> tuple[dict[str | None, Key], tuple[str, ...]]:
    """The keys by id that verify signatures, and those that cannot be read: a foreign or broken key must not spoil the others."""
    keys: dict[str | None, Key] = {}
    skipped = []
    for place, given in enumerate(jwks["keys"], start=1):
        if not isinstance(given, dict) or given.get("kty") not in ("EC", "RSA", "OKP"):
            continue
        try:
            key = JWKRegistry.import_key(_one_name(given))
            if algorithm_of(key) is not None:
                keys[key.kid or key.thumbprint()] = key
        except (ValueError, TypeError, KeyError, AttributeError, JoseError):
            skipped.append(f"{place} ({escaped(str(given.get('kid')), 100)})")
    return keys, tuple(skipped)


def _one_name(key: dict[str, Any]) -> dict[str, Any]:
    """EdDSA and Ed25519 are one (RFC 9864): the curve says it, and a key by the one name verifies tokens by the other."""
    known = key.get("crv") == "Ed25519" and key.get("alg") in ("EdDSA", "Ed25519")
    return {name: value for name, value in key.items() if name != "alg"} if known else key


def _fetch(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return _document(answer.read(_MAX_JWKS_BYTES + 1))


def _document(content: bytes) -> dict[str, Any]:
    document = json.loads(content) if len(content) <= _MAX_JWKS_BYTES else None
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("no JWKS")
    return document
