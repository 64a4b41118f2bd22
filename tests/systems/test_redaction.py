import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.redaction import _PARTS, _SOUGHT, REDACTED, is_secret, redact, redact_text

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
secrets = st.text(LETTERS, min_size=24, max_size=40)
shapes = st.sampled_from(["sk-{}", "sk-proj-{}", "ghp_{}", "github_pat_{}", "Bearer {}", "https://me:{}@host/x"])


@pytest.mark.parametrize(
    "key",
    [
        "api_key",
        "apiKey",
        "OPENAI_API_KEY",
        "http.request.header.authorization",
        "x-api-key",
        "password",
        "db.password",
        "client_secret",
        "clientSecret",
        "access_token",
        "token",
        "auth.token",
        "cookie",
        "set-cookie",
        "private_key",
    ],
)
def test_keys_of_secrets_are_known(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.request.max_tokens",
        "gen_ai.token.type",
        "tokens",
        "token_count",
        "specloop.loop",
        "author",
        "secretary",
        "monkey",
        "gen_ai.conversation.id",
    ],
)
def test_token_counts_and_words_that_only_sound_alike_are_no_secrets(key: str) -> None:
    assert not is_secret(key)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abcdef123456", f"Authorization: {REDACTED}"),
        ("sent bearer abc123def456ghi", f"sent bearer {REDACTED}"),
        ("key sk-abcdefghijklmnop was refused", f"key {REDACTED} was refused"),
        ("ghp_0123456789abcdefghij", REDACTED),
        ("id AKIAIOSFODNN7EXAMPLE.", f"id {REDACTED}."),
        ("postgres://me:hunter2@db/x", f"postgres://me:{REDACTED}@db/x"),
        ('{"password": "it\'s \\"x\\"", "user": "me"}', f'{{"password": "{REDACTED}", "user": "me"}}'),
        ('{\\"api_key\\": \\"abc\\", \\"n\\": 1}', f'{{\\"api_key\\": \\"{REDACTED}\\", \\"n\\": 1}}'),
        ("run --password=hunter2 now", f"run --password={REDACTED} now"),
        ("DB_PASSWORD='a b c' x", f"DB_PASSWORD='{REDACTED}' x"),
        ("password: hunter2", f"password: {REDACTED}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nrest", f"{REDACTED}\nrest"),
        ("-----BEGIN PRIVATE KEY-----\nMII cut off", REDACTED),
    ],
)
def test_what_looks_like_a_secret_goes_and_what_stands_around_it_stays(text: str, clean: str) -> None:
    assert redact_text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Requirement: Password reset SHALL send a link",
        "the bearer of bad news",
        "900 tokens; max_tokens=900",
        "sk-",
        "task-oriented-development-is-good",
        "http://127.0.0.1:1234/v1",
        "token: one word of a text",
        "author=me",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact_text(text) == text


def test_a_secret_key_hides_whatever_is_below_it() -> None:
    value = {"headers": {"Authorization": ["Bearer x", "y"], "accept": "*/*"}, "password": 1234, "token": {"a": "b"}}
    assert redact(value) == {
        "headers": {"Authorization": REDACTED, "accept": "*/*"},
        "password": REDACTED,
        "token": REDACTED,
    }


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)


@given(secrets, shapes, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_wherever_it_stands(secret: str, shape: str, before: str, after: str) -> None:
    value = {"a": [{"note": f"{before} {shape.format(secret)} {after}"}]}
    assert secret not in json.dumps(redact(value), ensure_ascii=False)


@given(secrets, st.sampled_from(["api_key", "Authorization", "client_secret", "access_token", "password"]))
def test_a_secret_is_hidden_by_its_key_also_inside_a_json_text(secret: str, key: str) -> None:
    text = json.dumps({key: secret, "n": 1})
    for value in ({key: secret}, {"arguments": text}, {"arguments": json.dumps({"inner": text})}):
        assert secret not in json.dumps(redact(value))


@given(plain)
def test_redacting_twice_is_redacting_once(value: Any) -> None:
    once = redact(value)
    assert redact(once) == once


@given(st.dictionaries(st.sampled_from(["gen_ai.usage.input_tokens", "specloop.loop", "n"]), st.integers()))
def test_counts_always_survive(counts: dict[str, int]) -> None:
    assert redact(counts) == counts


def test_every_part_of_a_secret_is_searched_for() -> None:
    assert {part for _, parts in _SOUGHT for part in parts} == _PARTS
