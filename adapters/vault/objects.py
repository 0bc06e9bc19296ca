"""Pictures and evidence on an object store (S3 and what speaks like it): `<prefix>/<kind>/<first two digits>/<digest>`.

An object is there whole when its one request was answered, and not at all before; it is put under the condition that none
is there, and after looking where the store knows no conditions. Where the store cannot be asked, everything raises VaultAway,
and never as if a file were not there. Address and credentials come from where the tools of such stores look for them:
`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID` and the like.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from adapters.vault.contract import OWN_DIGEST, FileVault, VaultAway, agree, known, name_of
from adapters.vault.files import DirectoryVault

PATIENCE: Final = 20.0
"""Seconds that one request may take in all."""
HANG_UP: Final = 5.0
"""Seconds that closing may take."""
SCHEME: Final = "s3://"
_ONE_REQUEST: Final = 2**40
"""Part size under which an object is never put in parts: a part would be left behind where the writer is killed."""
_TAKEN: Final = frozenset({"PreconditionFailed", "412"})
_UNDECIDED: Final = frozenset({"NotImplemented", "501", "ConditionalRequestConflict", "OperationAborted", "409"})
"""What a store says that knows no conditions, or to which somebody else puts an object of that name at the same moment."""


def vault_at(directory: Path, url: str | None) -> FileVault:
    """The vault that the settings name: that of the object store where there is a URL."""
    return DirectoryVault(directory) if url is None else ObjectVault(url)


class ObjectVault:
    """Fulfils `FileVault`. Nothing is asked before the first use; each process has connections of its own."""

    def __init__(self, url: str, patience: float = PATIENCE, *, stranger: bool = False) -> None:
        """`url` is `s3://bucket/prefix`, the prefix may be left out; a `stranger` shows no credentials.

        Raises VaultAway where the extra is not installed.
        """
        if find_spec("s3fs") is None:
            raise VaultAway("an object store needs the extra `objects`: pip install 'originals[objects]'")
        self.url = url
        self._bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._patience, self._stranger = patience, stranger
        self._lock = threading.Lock()
        self._connection: tuple[int, Any] | None = None

    def put(self, kind: str, digest: str, content: bytes) -> None:
        """What lies there already stays, unless its digest shows that it was damaged, or put there by somebody else."""
        key = self._key(kind, digest)
        if not self._put(key, agree(kind, digest, content), mode="create") and not self._stays(kind, digest):
            self._put(key, content)

    def copy_in(self, kind: str, digest: str, content: bytes) -> None:
        self._put(self._key(kind, digest), content)

    def get(self, kind: str, digest: str, *, within: float | None = None) -> bytes:
        return agree(kind, digest, self._read(kind, digest, within))

    def stored(self, kind: str, digest: str) -> bytes:
        return self._read(kind, digest, None)

    def has(self, kind: str, digest: str) -> bool:
        key = self._key(kind, digest)
        # asked for by a list: whoever asks for the object itself is told the same of one that is not there and of a bucket that is not
        found = self._call("list_objects_v2", Prefix=key, MaxKeys=1)
        return any(one["Key"] == key for one in found.get("Contents", ()))

    def sound(self, kind: str, digest: str) -> bool:
        return hashlib.sha256(self.stored(kind, digest)).hexdigest() == digest

    def remove(self, kind: str, digest: str) -> None:
        self._call("delete_object", Key=self._key(kind, digest))

    def digests(self, kind: str) -> Iterator[str]:
        page: dict[str, Any] = {"NextContinuationToken": None, "IsTruncated": True}
        while page.get("IsTruncated"):
            further = {"ContinuationToken": page["NextContinuationToken"]} if page["NextContinuationToken"] else {}
            page = self._call("list_objects_v2", Prefix=f"{self._prefix}{known(kind)}/", **further)
            for one in page.get("Contents", ()):
                digest = str(one["Key"]).rpartition("/")[2]
                with contextlib.suppress(ValueError):  # put there by somebody else
                    if self._key(kind, digest) == one["Key"]:
                        yield digest

    def leftovers(self) -> Iterator[Path]:
        """None: what was not put whole is not there."""
        return iter(())

    def close(self) -> None:
        with self._lock:
            mine, self._connection = self._connection, None
        if mine is not None and mine[0] == os.getpid():
            _hang_up(mine[1])

    def reachable(self) -> bool:
        """True where the store lets us in. Raises VaultAway where not."""
        self._call("list_objects_v2", Prefix=self._prefix, MaxKeys=1)
        return True

    def open_to_others(self) -> bool:
        """Whether somebody without credentials may list the pictures or read the first of them."""
        found = self._call("list_objects_v2", Prefix=self._prefix, MaxKeys=1).get("Contents", ())
        asked: list[tuple[str, dict[str, Any]]] = [("list_objects_v2", {"MaxKeys": 1})]
        asked += [("head_object", {"Key": one["Key"]}) for one in found]
        with contextlib.closing(ObjectVault(self.url, self._patience, stranger=True)) as stranger:
            for method, about in asked:
                with contextlib.suppress(VaultAway, KeyError):
                    stranger._call(method, **about)
                    return True
        return False

    def keeps_versions(self) -> bool:
        """Whether what is taken away can still be read as an older version. Raises VaultAway where that may not be asked."""
        return bool(self._call("get_bucket_versioning").get("Status") == "Enabled")

    def _put(self, key: str, content: bytes, **condition: Any) -> bool:
        """Whether it was put; under a condition it is not where the store says that one is there, or that it cannot tell."""
        try:
            self._ask("_pipe_file", f"{self._bucket}/{key}", content, chunksize=_ONE_REQUEST, **condition)
        except VaultAway as why:
            if not condition or _code(why.__cause__) not in _TAKEN | _UNDECIDED:
                raise
            return False
        return True

    def _read(self, kind: str, digest: str, within: float | None) -> bytes:
        # several at once would first ask for the size, which is a request more for each picture
        content: bytes = self._ask("_cat_file", f"{self._bucket}/{self._key(kind, digest)}", within=within, max_concurrency=1)
        return content

    def _stays(self, kind: str, digest: str) -> bool:
        if kind not in OWN_DIGEST:
            return self.has(kind, digest)
        with contextlib.suppress(KeyError):
            return self.sound(kind, digest)
        return False

    def _key(self, kind: str, digest: str) -> str:
        return self._prefix + name_of(kind, digest)

    def _call(self, method: str, **about: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._ask("_call_s3", method, Bucket=self._bucket, **about)
        return answer

    def _ask(self, what: str, *about: Any, within: float | None = None, **more: Any) -> Any:
        """The answer of the store, in a time that is bounded whatever it does. Raises KeyError, VaultAway."""
        from fsspec.asyn import sync

        try:
            store = self._connected()
            return sync(store.loop, getattr(store, what), *about, timeout=within or self._patience, **more)
        except Exception as error:
            if _code(error) == "NoSuchKey":
                raise KeyError(str(about[0])) from None
            raise VaultAway(f"the object store {self.url} cannot be used: {_line(error)}") from error

    def _connected(self) -> Any:
        with self._lock:
            if self._connection is None or self._connection[0] != os.getpid():  # a fork has none of its parent's connections
                self._connection = os.getpid(), _connected(self._patience, anon=self._stranger)
            return self._connection[1]


def _connected(patience: float, *, anon: bool) -> Any:
    from s3fs import S3FileSystem

    limits = {"connect_timeout": patience / 5, "read_timeout": patience / 2.5, "retries": {"total_max_attempts": 2}}
    store = S3FileSystem(anon=anon, config_kwargs=limits, use_listings_cache=False, skip_instance_cache=True)
    store.retries = 1  # those of the line before count already
    return store


def _hang_up(store: Any) -> None:
    """Close its connections; a store that is away keeps nobody from ending."""
    from fsspec.asyn import sync

    async def close() -> None:
        await (await store.set_session()).close()

    with contextlib.suppress(Exception):
        sync(store.loop, close, timeout=HANG_UP)


def _code(error: BaseException | None) -> str | None:
    """The code with which the store answered, whatever error the libraries make of it."""
    while error is not None:
        answered = getattr(error, "response", None)
        if isinstance(answered, dict):
            return str(answered.get("Error", {}).get("Code"))
        error = error.__cause__
    return None


def _line(error: Exception) -> str:
    code, text = _code(error), " ".join(str(error).split())
    return ": ".join(filter(None, (code, text))) or f"no answer in time ({type(error).__name__})"
