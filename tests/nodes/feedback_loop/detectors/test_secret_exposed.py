"""Credentials in the clear are found once, where they came from, and never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.texts.credentials import credentials, may_have
from tests.nodes.feedback_loop.detectors.conversations import Conversation, alarms, call, ids, kinds, only

BODY = "R7kQ2mZx9LwT4vNc8YbH3dJ6sFgA1eUoX5tKpQ"


def made(*parts: str) -> str:
    """A made-up secret told in parts, so that no scanner of source code takes it for one."""
    return "".join(parts)


SECRETS = {
    "aws": made("AK", "IA", "Q3EGZT4MLW7RXHKD"),
    "github": made("gh", "p_", BODY),
    "gitlab": made("glp", "at-", BODY[:20]),
    "slack": made("xo", "xb-", BODY),
    "stripe": made("sk_", "live_", BODY[:28]),
    "openai": made("sk-", "proj-", BODY),
    "google": made("AI", "za", BODY[:35]),
    "jwt": made("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiJzdmMtZ3JhZGVzIn0.", BODY),
    "private key": made("-----BEGIN ", "PRIVATE", " KEY-----\n", BODY, "\n"),
    "address": made("postgresql://app:", "vT9qLmz2Xr81", "@db.internal:5432/orders"),
    "password": made("password: ", "Hagel", "korn!7421"),
    "german": made("Das Passwort lautet ", "Hagel", "Korn!7421"),
    "assignment": made('{"client_secret": "', "u7Gq2pXz9LrTm4NcV8sK", '"}'),
    "header": made("Authorization: Bearer ", BODY),
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_in_a_result_is_found_at_the_tool_and_masked(text: str) -> None:
    run = Conversation("What is in the file?")
    (culprit,) = run.asks(call("read_file", f"LOG_LEVEL=info\n{text}\n", path="/etc/app.env"))
    run.says("The log level is info.")
    one = only(run, "secret_exposed")
    assert (one.severity, one.where, one.span_ids) == ("error", "read_file", ids(culprit))
    (found,) = credentials(text)
    assert found.text not in one.evidence and found.text not in one.explanation


def test_a_secret_that_is_told_again_is_one_finding_at_the_first_span() -> None:
    run = Conversation("Reset my password.")
    (first,) = run.asks(call("reset_password", SECRETS["password"], login="r.weiss"))
    run.says(f"It is reset, {SECRETS['password']}")
    one = only(run, "secret_exposed")
    assert one.span_ids == ids(first)
    assert one.impact == {"calls": 2}


def test_two_secrets_are_two_findings() -> None:
    run = Conversation("Show the settings.")
    run.asks(call("read_file", f"{SECRETS['github']}\n{SECRETS['stripe']}", path=".env"))
    run.says("These are the settings.")
    assert len([one for one in alarms(run) if one.kind == "secret_exposed"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "commit 9b1f0c7a3e5d2486b0c4f1e8a7d6395c2b4e8f01 image sha256:3f5a9d1c7b2e8046f1d3c5a7b9e0f2846a8c0e2d4f6b8091",
        '{"token": "6f1c2a7e-93b4-4d58-8a21-7c5e0b9d4f36", "next_page_token": "CAUQAAb7x92kLmQ0pZt51"}',
        "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx\nDB_PASSWORD=<your password>\nTOKEN=********",
        "DATABASE_URL=postgresql://user:${DB_PASSWORD}@localhost/imports",
        made("AWS_ACCESS_KEY_ID=AK", "IAIOSFODNN7EXAMPLE"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK7mQ2ZrL9wT4vNc8YbH3dJ6sFgA1eUoX5tKpRiS0kWk noor@laptop",
        '{"password": "[redacted]", "changed": "2024-10-02", "max_tokens": 4096, "token_type": "bearer"}',
        "password: at least 14 characters, changed every year. The secret is to stir slowly. The key is under the mat.",
        "password = getpass.getpass()\napi_key = os.environ['API_KEY']\nkey: value_of_the_field",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7mQ2ZrL9wT4vNc8YbH3dJ6sFgA1eUoX5\n",
    ],
)
def test_what_only_looks_like_a_secret_is_none(text: str) -> None:
    run = Conversation("What does it say?")
    run.asks(call("read_file", text, path="notes.txt"))
    run.says(f"It says: {text}")
    assert "secret_exposed" not in kinds(run)


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_the_cheap_test_lets_every_secret_through(text: str) -> None:
    assert may_have(text.lower())


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_finding_is_in_it(text: str) -> None:
    for found in credentials(text):
        assert found.text in text


def test_a_secret_in_arguments_is_reported_at_the_call_and_not_at_the_model_that_asked_for_it() -> None:
    run = Conversation("Log in to the shop.")
    (login,) = run.asks(call("login", "welcome", user="bo", password=made("Bremse", "!77-", "Kolben")))
    run.says("You are logged in.")
    assert only(run, "secret_exposed").span_ids[0] == login.span_id


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (made("mysql -u root -p", "S3cr3tPw99", " -h db"), True),
        (made("curl -u bo:", "S3cr3tPw99", " https://a.example"), True),
        ("mysql -u root -p -h db", False),
        ("curl -u bo:$PASSWORD https://a.example", False),
        ("tar -pczf backup-2026.tgz /srv", False),
    ],
)
def test_a_command_line_may_have_a_password(command: str, found: bool) -> None:
    assert may_have(command.lower()) or not found
    assert bool(list(credentials(command))) == found
