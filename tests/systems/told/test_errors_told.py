from __future__ import annotations

import pytest

from systems.told.errors_told import told


@pytest.mark.parametrize(
    "result",
    [
        "Error: ValueError('no such city')\n Please fix your mistakes.",
        "Error invoking tool 'weather' with kwargs {} with error:\n days: Field required\n Please fix the error.",
        "ValueError: no seats\n\nFix the errors and try again.",
        "Out of stock.\n\nFix the errors and try again.",
        "An error occurred while running the tool. Please try again.",
        "An error occurred while running the tool. Please try again. Error: backend down",
        "Error executing tool 'book' with arguments {}: TimeoutError: backend down",
        "Error: nope is not a valid tool, try one of [weather].",
        "nope is not a valid tool, try one of [weather].",
        "Unknown tool name: 'nope'. Available tools: 'weather'",
        "Error: TimeoutError - backend down",
        "429 Too Many Requests",
        "HTTP 503 Service Unavailable",
        "HTTP/1.1 503 Service Unavailable\nRetry-After: 20\n\nbusy",
        "HTTP/2 429",
        "HTTP 429 Too Many Requests; Retry-After: 60",
        "status 502 Bad Gateway",
        "curl: (28) Operation timed out after 1200 milliseconds with 0 bytes received",
        "connect ECONNREFUSED 127.0.0.1:5432",
        "read ETIMEDOUT",
        "context deadline exceeded",
        "The batch exceeded its time limit of 60 s.",
        "Gateway did not respond in 30 s",
        "Segmentation fault (core dumped)",
        "ERR_CONNECTION_RESET",
        "Failed to connect to db-1",
        '[{"type": "missing", "loc": ["seats"], "msg": "Field required", "input": {}}]',
        '{"status": "error", "error_message": "TimeoutError: backend down"}',
        '{"success": false, "message": "card declined"}',
        '{"exit_code": 2, "stdout": "", "stderr": "no such branch"}',
        '{"state": "error", "reason": "pressure out of range"}',
        "<Response><Status>FAULT</Status><Text>Register not readable</Text></Response>",
        "<html><head><title>502 Bad Gateway</title></head></html>",
        "exit status 2\nno rule to make target",
        "ERR_4417 booking not written",
        "curl: (7) Failed to connect to host",
        "cp: cannot stat 'a': No such file or directory",
        "SMTP 550 5.1.1 no such mailbox",
        "Fehler: Ventil klemmt",
        "Zugriff verweigert",
        "Délai d'attente dépassé",
        "Conexión rechazada por el servidor",
        '{"result": "declined", "code": "card_issuer_unavailable"}',
        '{"status": "fehlgeschlagen", "grund": "Gateway 503"}',
        '{"estado": "error", "mensaje": "sin respuesta"}',
        '{"type": "about:blank", "status": 504, "title": "Gateway Time-out", "detail": "", "instance": "/fees"}',
        '{"statusCode": 503, "body": "upstream not available", "requestId": "8f2a"}',
        '{"status": "timeout", "elapsed_ms": 1000}',
        '{"data": null, "errors": [{"message": "Resource not accessible", "type": "FORBIDDEN"}]}',
        '{"response": {"success": false, "reason": "ledger locked"}}',
        "[Errno 13] Permission denied: '/data/schedule.csv'",
        "rpc error: code = Internal desc = controller fault",
        'relation "meterz" does not exist\nLINE 1: select',
        "FAILED: printer out of labels",
        "Invalid argument: date must be YYYY-MM-DD",
        '{"erfolg": false, "meldung": "Periode geschlossen"}',
        '{"ok": 0, "err": "interlock open"}',
        '{"cod": "401", "message": "Invalid API key."}',
        '{"code": 5003, "msg": "engine exception", "data": {}}',
        "[ERROR] parser: unexpected token at row 14",
        'Error from server (Forbidden): pods "web-1" is forbidden',
        "wkhtmltopdf terminated with signal 11",
        "sync aborted: conflict on event 81",
        "ERROR fw-south: rule table is full",
        "gave up waiting after 600 seconds",
        "No response from registry within 10 s.",
        "Échec : jeton expiré",
    ],
)
def test_a_failure_that_a_tool_tells_is_one(result: str) -> None:
    assert told(result)


@pytest.mark.parametrize(
    "result",
    [
        "",
        "0 results",
        "No such user found.",
        "404 not found",
        "HTTP 404 Not Found",
        "HTTP/1.1 404 Not Found",
        "HTTP/1.1 200 OK",
        "[]",
        '{"results": [], "count": 0}',
        '{"status": "failed", "job": "j-3", "progress": 80}',
        '{"exit_code": 0, "stderr": "warning: deprecated"}',
        '{"id": 1, "name": "x", "error": null, "ok": true}',
        "Error-free run of 12 checks",
        "Errors per hour: 3",
        "TimeoutError: 41\nValueError: 3",
        "The log says: Error: disk full",
        "Failed to find any flight on that day",
        "Terror: a history",
        "<results total='0'/>",
        "<order><status>delivered</status><error>none</error></order>",
        "exit status 0",
        '{"machine": "7", "error": "none"}',
        '{"claim": "W-1", "status": "rejected", "reason": "late"}',
        "Fehlerfrei geprüft",
        '{"error": "not found"}',
        '{"valid": false, "errors": ["line 3: no such step"]}',
    ],
)
def test_an_answer_about_errors_or_of_nothing_is_no_failure(result: str) -> None:
    assert told(result) == ""


def test_errors_in_a_log_are_those_of_others() -> None:
    error = "java.lang.OutOfMemoryError: heap 2048M"
    assert told(error, "render") == error
    assert told(error, "crash_log") == ""
    assert told("Error: no such log", "crash_log")


@pytest.mark.parametrize(
    ("tool", "result"),
    [
        ("job_status", '{"job": 17, "status": "failed", "error": "disk full"}'),
        ("search_log", "ERROR 09:14 gateway: timeout talking to billing"),
        ("build_history", '{"build": "b-4", "state": "failed", "reason": "lint"}'),
    ],
)
def test_the_failure_of_what_a_tool_was_asked_about_is_an_answer(tool: str, result: str) -> None:
    assert told(result, tool) == ""
    assert told(result, "store_label")


def test_a_tool_for_states_may_fail_itself() -> None:
    assert told('{"job": 17, "status": "error", "message": "status service unavailable"}', "job_status")
