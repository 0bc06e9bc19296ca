"""The one table of settings: environment variables ORIGINALS_*, each with its default and meaning.

The rules of the product are not here: they are data in a rulebook.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from application.links import TRACKING

PREFIX = "ORIGINALS_"
FORGOTTEN_FILE = "forgotten"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PROCESSORS = min(4, os.cpu_count() or 1)
T = TypeVar("T")


class SettingsError(ValueError):
    """A setting has a value that makes no sense: one clear line."""


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _flag(value: str) -> bool:
    match value.strip().lower():
        case "on" | "true" | "yes" | "1":
            return True
        case "off" | "false" | "no" | "0" | "":
            return False
        case _:
            raise ValueError("must be on or off")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value.strip()) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.strip().lower() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value.strip().lower()

    return read


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in value.split(",") if part.strip())
    if value.strip().lower() in ("", "off"):
        return ()
    for origin in origins:
        if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", origin):
            raise ValueError(f"{origin!r} is no origin such as https://shop.example")
    return origins


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip() and value.strip().lower() != "off")


def _rate(value: str) -> str | None:
    if value.strip().lower() in ("", "off"):
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(second|minute|hour|day)", value.strip().lower()):
        raise ValueError("must be off or such as 600/minute")
    return value.strip().lower()


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value.strip()).key
    except (ValueError, OSError, KeyError):
        raise ValueError("must be a time zone such as Asia/Shanghai") from None


def _store(value: str) -> str:
    value = _text(value)
    if "://" in value and not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be a directory or a postgresql:// URL")
    return value


def _object_store(value: str) -> str | None:
    if value.strip().lower() in ("", "off"):
        return None
    found = re.fullmatch(r"s3://([^/@:]*)((?:/[A-Za-z0-9!_.*()-]+)*)/?", value.strip())
    if found is None:
        raise ValueError("must be such as s3://bucket/prefix, without credentials")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", found[1]):
        raise ValueError(f"names the bucket {found[1]!r}: those have 3 to 63 small letters, digits, dots and hyphens")
    return f"s3://{found[1]}{found[2]}"


def _databases(value: str) -> tuple[str, ...]:
    names = _names(value)
    if not all(name.startswith(("postgresql://", "postgres://")) for name in names):
        raise ValueError("must be postgresql:// URLs with commas between")
    return names


def _setting(default: T, reads: Callable[[str], T], meaning: str, shown: str | None = None, secret: bool = False) -> T:
    about = {"reads": reads, "meaning": meaning, "shown": shown, "secret": secret}
    value: T = field(default=default, repr=not secret, metadata=about)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a deployment can choose. `Settings.read(os.environ)` reads it; a plain `Settings()` is the default."""

    store: str = _setting("./originals-store", _store, "Directory of the SQLite files and the picture vault, or a postgresql:// URL")
    read_replicas: tuple[str, ...] = _setting(
        (),
        _databases,
        "Streaming replicas of a postgresql:// store, as URLs with commas between: read where they have all that a reader needs",
        "none",
        secret=True,
    )
    vault: str | None = _setting(None, _text, "Directory of the pictures; needed with a postgresql:// store", "<store>/vault")
    vault_url: str | None = _setting(
        None,
        _object_store,
        "Object store that keeps the pictures in its place, such as s3://bucket/prefix; its address and credentials are in AWS_*",
        "off",
    )
    keys: str | None = _setting(None, _text, "Directory of the local key pair and secrets (mode 0600)", "<store>/keys or <vault>/keys")
    host: str = _setting("127.0.0.1", _text, "Address the server binds to")
    port: int = _setting(8000, _whole(0, 65535), "Port the server binds to; 0 takes a free one")
    workers: int = _setting(
        PROCESSORS, _whole(1, 64), "Processes that serve requests; with a simulated clock one", "a processor each, at most 4"
    )
    threads: int = _setting(8, _whole(1, 256), "Requests served at once by each process")
    head_seconds: int = _setting(10, _whole(1, 600), "Seconds in which the head of a request has to come, also of a next one")
    body_seconds: int = _setting(30, _whole(1, 3600), "Seconds in which a body has to come, and one more for each 16 KiB of it")
    answer_seconds: int = _setting(30, _whole(1, 600), "Seconds after which a client that reads nothing of its answer is cut off")
    grace_seconds: int = _setting(30, _whole(1, 3600), "Seconds that the end waits for requests that have begun")
    jwks: str | None = _setting(None, _text, "File or URL of the JWKS that signs tokens", "the local key pair")
    jwks_ttl: int = _setting(600, _whole(1, 86400), "Seconds after which the JWKS is read again")
    token_issuer: str = _setting("originals", _text, "`iss` that a token must carry")
    token_audience: str = _setting("originals", _text, "`aud` that a token must carry")
    clock_skew: int = _setting(0, _whole(0, 300), "Seconds of tolerance for `exp` and `nbf` of a token")
    max_request_bytes: int = _setting(64 * 1024 * 1024, _whole(1024, 2**40), "Size above which a request is refused before it is read")
    upload_seconds: int = _setting(120, _whole(1, 3600), "Seconds that a request with pictures may last before it is answered 503 busy")
    rate_limit: str | None = _setting(None, _rate, "Requests a subject (or an address without a token) may make, such as 600/minute", "off")
    metrics_token: str | None = _setting(None, _text, "Token that opens /metrics, beside an admin's", "none", secret=True)
    cors_origins: tuple[str, ...] = _setting((), _origins, "Origins of browsers' scripts that may call, separated by commas", "off")
    clock_tolerance: int = _setting(60, _whole(1, 86400), "Seconds that the clock may run ahead before nothing is decided by it")
    checkpoint_seconds: int = _setting(60, _whole(1, 3600), "Seconds between two checkpoints that members' receipts rest on")
    witness_policy: str | None = _setting(None, _text, "File of the policy (C2SP tlog-policy) whose witnesses are asked to cosign", "off")
    timestamp_authority: str | None = _setting(
        None, _text, "File with the address of a time-stamping authority (RFC 3161) and its certificates (PEM)", "off"
    )
    timestamp_seconds: int = _setting(3600, _whole(60, 86400 * 31), "Seconds between two tokens of the time-stamping authority")
    credentials_trust: str | None = _setting(
        None, _text, "File of certificates (PEM) that content credentials of pictures have to lead to, to be vouched for", "off"
    )
    language: str = _setting("en", _choice("en", "zh"), "Language of messages where neither who asks nor the webhook names one")
    webhook_allow_private: bool = _setting(False, _flag, "Whether webhooks may be sent to private, loopback and link-local addresses")
    link_tracking: tuple[str, ...] = _setting(
        TRACKING, _names, "Parameters of pasted links that name no listing, separated by commas; `*` at the end stands for anything"
    )
    copy_model: str | None = _setting(None, _text, "ONNX file of the copy descriptor", "the installed extra, else none")
    index_shards: int = _setting(
        1, _whole(1, 64), "Processes that hold the index of copies for all servers of this machine; with 1 each server holds all of it"
    )
    rule_gate: bool = _setting(False, _flag, "Whether a rulebook is published only after an admin has read a sealed replay under it")
    rule_notice_days: int = _setting(
        0,
        _whole(0, 3650),
        "Days between a rulebook's publication and its coming into force; whom it governs is told at once",
        "off",
    )
    console_zone: str = _setting("Asia/Shanghai", _zone, "Time zone in which the console shows instants")
    oidc_issuer: str | None = _setting(None, _text, "Issuer of the marketplace's OpenID Connect, for signing in to the console", "off")
    oidc_client_id: str = _setting("originals", _text, "The console's client id there")
    oidc_client_secret: str | None = _setting(None, _text, "The console's secret there; none for a public client", "none", secret=True)
    demo_sign_in: bool = _setting(
        False, _flag, "Whether the console offers to be a member of the demonstration; only on a loopback address"
    )
    dsa_token: str | None = _setting(None, _text, "Token of the DSA Transparency Database, for sending it statements", "none", secret=True)
    log_level: str = _setting("info", _choice("debug", "info", "warning", "error"), "Least severity that is logged")

    @classmethod
    def read(cls, environment: Mapping[str, str], **overrides: Any) -> Settings:
        """Read ORIGINALS_* from `environment`; `overrides` (a command line's options) win. Raises SettingsError with one line."""
        found: dict[str, Any] = {}
        for setting in fields(cls):
            value = environment.get(variable(setting))
            if value is None:
                continue
            try:
                found[setting.name] = setting.metadata["reads"](value)
            except ValueError as why:
                raise SettingsError(f"{variable(setting)} {why}") from None
        settings = cls(**{**found, **{name: value for name, value in overrides.items() if value is not None}})
        if settings.on_postgres and settings.vault is None:
            raise SettingsError(f"{PREFIX}VAULT must name the directory of pictures when {PREFIX}STORE is a postgresql:// URL")
        if settings.read_replicas and not settings.on_postgres:
            raise SettingsError(f"{PREFIX}READ_REPLICAS are of a postgresql:// store, which {PREFIX}STORE is not")
        if settings.demo_sign_in and settings.host not in LOOPBACK:
            raise SettingsError(f"{PREFIX}DEMO_SIGN_IN lets anybody be anybody: only with {PREFIX}HOST on loopback, not {settings.host}")
        return settings

    @property
    def on_postgres(self) -> bool:
        """Whether the store is a PostgreSQL database."""
        return self.store.startswith(("postgresql://", "postgres://"))

    @property
    def vault_directory(self) -> Path:
        """Where the pictures are, or, where those are on an object store, what else is kept of them on this machine."""
        return Path(self.vault) if self.vault else Path(self.store) / "vault"

    @property
    def forgotten_file(self) -> Path:
        """Where the ids of who was forgotten are, beside the store."""
        return (self.vault_directory if self.on_postgres else Path(self.store)) / FORGOTTEN_FILE

    @property
    def keys_directory(self) -> Path:
        """Where the local keys and secrets are."""
        if self.keys:
            return Path(self.keys)
        return (self.vault_directory if self.on_postgres else Path(self.store)) / "keys"


def variable(setting: Field[Any]) -> str:
    """The environment variable of a setting."""
    return PREFIX + setting.name.upper()


def unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """ORIGINALS_* variables that name no setting: typing mistakes that a deployment's check-up reports."""
    known = {variable(setting) for setting in fields(Settings)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def table(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """Name, present value, default and meaning of every setting. Neither a secret nor a password in a URL is shown."""
    for setting in fields(Settings):
        default = setting.metadata["shown"] or _shown(None if setting.default is MISSING else setting.default)
        value = getattr(settings, setting.name)
        present = default if value == setting.default else "***" if setting.metadata["secret"] else _shown(value)
        yield variable(setting), present, default, setting.metadata["meaning"]


def as_text(settings: Settings) -> str:
    """What `originals settings` prints."""
    lines = []
    for name, present, default, meaning in table(settings):
        lines += [name, f"    {meaning}.", f"    default: {default}"]
        if present != default:
            lines.append(f"    now:     {present}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case None | ():
            return "off"
        case tuple():
            return ",".join(map(str, value))
        case _:
            return re.sub(r"(://[^/:@]*):[^/@]*@", r"\1:***@", str(value))
