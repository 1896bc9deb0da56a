"""Logging is set up for a whole process, so it is tried in one of its own."""

import json
import subprocess
import sys

import pytest

from api.logging import mask_secrets

PROGRAM = """
import logging, structlog
from api.logging import configure_logging
configure_logging(format={format!r})
log = structlog.stdlib.get_logger("hookcell.test")
log.info("called", path="/hooks/id/s3cret", auth_token="s3cret", headers={{"X-Auth-Token": "s3cret", "Accept": "x"}})
logging.getLogger("some.library").warning("POST %s failed", "http://x/hooks/id/s3cret")
logging.getLogger("uvicorn.access").info("GET /hooks/id/s3cret")
log.debug("not shown")
try:
    raise ValueError("posting to /hooks/id/s3cret")
except ValueError:
    log.exception("failed")
"""


def lines(format: str) -> list[str]:
    program = [sys.executable, "-c", PROGRAM.format(format=format)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_lines_have_what_was_said_and_no_token() -> None:
    called, library, failed = [json.loads(line) for line in lines("json")]
    assert called.pop("timestamp").endswith("Z")
    assert called == {
        "event": "called",
        "level": "info",
        "logger": "hookcell.test",
        "path": "/hooks/id/***",
        "auth_token": "***",
        "headers": {"X-Auth-Token": "***", "Accept": "x"},
    }
    assert (library["event"], library["level"]) == ("POST http://x/hooks/id/*** failed", "warning")
    assert failed["exception"].endswith("ValueError: posting to /hooks/id/***")


def test_lines_for_people_have_no_token_either() -> None:
    text = "\n".join(lines("console"))
    assert "called" in text and "ValueError" in text and "not shown" not in text
    assert "s3cret" not in text


@pytest.mark.parametrize("key", ["token", "X-Auth-Token", "password", "Authorization", "client_secret", "set-cookie"])
def test_what_is_called_a_secret_is_masked_wherever_it_lies(key: str) -> None:
    masked = mask_secrets(None, "info", {"event": "x", "deep": [{key: ["abc"]}], key: "abc"})
    assert masked == {"event": "x", "deep": [{key: "***"}], key: "***"}
