"""The one table of settings."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from adapters.system.settings import Settings, SettingsError, as_text, unknown_settings, variable


def test_without_a_variable_everything_has_its_default() -> None:
    assert Settings.read({"PATH": "/bin"}) == Settings()
    assert Settings().keys_directory == Path("originals-store/keys")


def test_variables_are_read_and_options_win() -> None:
    environment = {
        "ORIGINALS_PORT": "9",
        "ORIGINALS_STORE": "postgresql://me:hunter2@db/x",
        "ORIGINALS_VAULT": "/v",
        "ORIGINALS_CORS_ORIGINS": "https://a.example, http://b.example:81",
        "ORIGINALS_WEBHOOK_ALLOW_PRIVATE": "On",
        "ORIGINALS_RATE_LIMIT": "600/minute",
    }
    settings = Settings.read(environment, port=7, host=None)
    assert (settings.port, settings.host, settings.on_postgres) == (7, "127.0.0.1", True)
    assert settings.cors_origins == ("https://a.example", "http://b.example:81")
    assert settings.webhook_allow_private
    assert (settings.rate_limit, settings.keys_directory) == ("600/minute", Path("/v/keys"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("PORT", "70000"),
        ("PORT", ""),
        ("STORE", " "),
        ("STORE", "mysql://x"),
        ("CLOCK_SKEW", "-1"),
        ("RATE_LIMIT", "many"),
        ("CORS_ORIGINS", "*"),
        ("LOG_LEVEL", "loud"),
        ("WEBHOOK_ALLOW_PRIVATE", "maybe"),
        ("THREADS", "0"),
        ("CONSOLE_ZONE", "Nowhere/City"),
        ("VAULT_URL", "https://bucket/x"),
        ("VAULT_URL", "s3://key:secret@bucket"),
        ("VAULT_URL", "s3://bucket/../x y"),
        ("INDEX_SHARDS", "0"),
    ],
)
def test_a_value_that_makes_no_sense_is_one_clear_line(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.read({f"ORIGINALS_{name}": value})
    assert str(error.value).startswith(f"ORIGINALS_{name} ")
    assert "\n" not in str(error.value)


def test_an_object_store_is_named_by_bucket_and_prefix() -> None:
    named = {value: Settings.read({"ORIGINALS_VAULT_URL": value}).vault_url for value in ("s3://bucket/some/where/", "s3://bucket", "off")}
    assert list(named.values()) == ["s3://bucket/some/where", "s3://bucket", None]


def test_a_bucket_that_cannot_be_one_is_named() -> None:
    with pytest.raises(SettingsError, match="names the bucket 'b': those have 3 to 63"):
        Settings.read({"ORIGINALS_VAULT_URL": "s3://b/p"})


def test_a_database_needs_a_vault_beside_it() -> None:
    with pytest.raises(SettingsError, match="ORIGINALS_VAULT"):
        Settings.read({"ORIGINALS_STORE": "postgresql://db/x"})


def test_anybody_may_be_anybody_on_loopback_alone() -> None:
    assert Settings.read({"ORIGINALS_DEMO_SIGN_IN": "on"}).demo_sign_in
    with pytest.raises(SettingsError, match="ORIGINALS_DEMO_SIGN_IN"):
        Settings.read({"ORIGINALS_DEMO_SIGN_IN": "on", "ORIGINALS_HOST": "0.0.0.0"})


def test_the_table_names_every_setting_and_hides_passwords() -> None:
    text = as_text(Settings.read({"ORIGINALS_STORE": "postgresql://me:hunter2@db/x", "ORIGINALS_VAULT": "v"}))
    assert all(variable(setting) in text for setting in fields(Settings))
    assert "hunter2" not in text
    assert "me:***@db" in text
    secret = Settings.read({"ORIGINALS_OIDC_CLIENT_SECRET": "hunter2", "ORIGINALS_METRICS_TOKEN": "hunter3"})
    assert secret.oidc_client_secret == "hunter2" and secret.metrics_token == "hunter3"
    assert "hunter" not in as_text(secret) + repr(secret)
    assert as_text(secret).count("now:     ***") == 2


def test_a_variable_that_names_nothing_is_found() -> None:
    assert unknown_settings({"ORIGINALS_PROT": "1", "ORIGINALS_PORT": "1", "X": "1"}) == ["ORIGINALS_PROT"]
