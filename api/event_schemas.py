"""What integrations.explain takes; integrations.emit takes the event itself."""

from engine.bounded_json import TooComplex, read_json
from engine.emitted import EmittedEvent
from engine.errors import InvalidParams
from engine.paging import PageQuery
from engine.params import NullableName, Word, read_query


class ExplainQuery(PageQuery, extra="ignore"):
    """`event` is JSON, in the shape that integrations.emit takes; `name` is part of the names of integrations."""

    event: Word
    name: NullableName = None

    def emitted(self) -> EmittedEvent:
        """Raises InvalidParams."""
        try:
            found = read_json(self.event)
        except TooComplex as error:
            raise InvalidParams([f"event must NOT have {error}"], error_type="error-invalid-params") from None
        except ValueError as error:
            raise InvalidParams([f"event must be JSON: {error}"], error_type="error-invalid-params") from None
        if not isinstance(found, dict):
            raise InvalidParams(["event must be an object"], error_type="error-invalid-params")
        return read_query(found, EmittedEvent)
