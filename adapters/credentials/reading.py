"""One reading of content credentials. Runs only inside a decoding process: what it reads is hostile."""

from __future__ import annotations

import contextlib
import io
import json
import resource
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Final

from adapters.credentials.content import ContentCredentials
from adapters.credentials.manifest import found, on_a_line

PACKAGE: Final = "c2pa"
EXTRA: Final = "originals[credentials]"
_ELSEWHERE: Final = "Remote: must fetch remote manifests from url "
_MIME: Final = {"JPEG": "image/jpeg", "PNG": "image/png"}


def installed() -> bool:
    """Whether the package that reads is there: an extra, for it is large and many need none."""
    return find_spec(PACKAGE) is not None


def read(content: bytes, form: str, anchors: str) -> ContentCredentials:
    """What the credentials of a picture say; `form` is Pillow's name of its format, `anchors` are certificates (PEM), or nothing.

    Never raises for what the content is; MemoryError is a verdict, too.
    """
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError):
        return ContentCredentials("not_read")
    reader = f"c2pa-rs {c2pa.sdk_version()}"
    try:
        with no_new_files():
            return found(*_told(c2pa, content, form, anchors), vouched=bool(anchors), reader=reader)
    except c2pa.C2paError.ManifestNotFound:
        return ContentCredentials("none", reader=reader)
    except c2pa.C2paError as error:
        text = str(error)
        if text.startswith(_ELSEWHERE):
            return ContentCredentials("elsewhere", address=on_a_line(text.removeprefix(_ELSEWHERE), 500), reader=reader)
        return ContentCredentials("unreadable", reader=reader)
    except Exception:  # whatever hostile bytes lead to
        return ContentCredentials("unreadable", reader=reader)


def _told(c2pa: Any, content: bytes, form: str, anchors: str) -> tuple[dict[str, Any], str]:
    """All manifests, as the package words them, and the label of the one that is of the picture as it is."""
    trust = {"trust": {"trust_anchors": anchors}} if anchors else {}
    context = c2pa.Context.from_dict(
        {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True, "verify_timestamp_trust": True},
            "core": {"allowed_network_hosts": []},
            **trust,
        }
    )
    with context, c2pa.Reader(_MIME[form], io.BytesIO(content), context=context) as reader:
        return json.loads(reader.crjson()), str(json.loads(reader.json())["active_manifest"])


@contextlib.contextmanager
def no_new_files() -> Iterator[None]:
    """Meanwhile this process can open no file and no connection, whatever the library, or who got hold of it, would like."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
