"""Answering what a call asks of its host, whatever becomes of it: the call waits."""

import logging

import orjson

from sandbox import decode
from sandbox.handle import CellHandle
from sandbox.lane import Run
from sandbox.services import ServiceError, Services

log = logging.getLogger("hookcell.sandbox")


async def ask(cell: CellHandle, run: Run, services: Services, question: decode.Question) -> None:
    try:
        try:
            answer = orjson.dumps({"value": await services.ask(*question)})
        except ServiceError as error:
            answer = _error(error)
    except Exception:
        # Ours to mend, and no reason for the call to wait in vain.
        log.exception("a host service failed")
        answer = _error(ServiceError("RuntimeError", "the host failed to do this"))
    run.asking = None
    cell.answer(run, answer)


def _error(error: ServiceError) -> bytes:
    return orjson.dumps({"error": {"kind": error.kind, "message": error.message, "fields": error.fields}})
