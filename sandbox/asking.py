"""Answering what a call asks of its host, whatever becomes of it: the call waits."""

import logging

import orjson

from sandbox import decode
from sandbox.handle import CellHandle
from sandbox.lane import Run
from sandbox.services import ServiceError, Services

log = logging.getLogger("hookcell.sandbox")


async def ask(cell: CellHandle, run: Run, services: Services, question: decode.Question) -> None:
    answer: dict[str, object]
    try:
        answer = {"value": await services.ask(*question)}
    except ServiceError as error:
        answer = {"error": {"kind": error.kind, "message": str(error), "fields": error.fields}}
    except Exception:
        # Ours to mend, and no reason for the call to wait in vain.
        log.exception("a host service failed")
        answer = {"error": {"kind": "RuntimeError", "message": "the host failed to do this", "fields": {}}}
    run.asking = None
    cell.answer(run, orjson.dumps(answer))
