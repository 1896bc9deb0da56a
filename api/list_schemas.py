"""What every list takes: which part of it, and, where the operator allows it, `query` and `fields`."""

from typing import Annotated

from pydantic import Field

from engine.errors import InvalidParams
from engine.paging import PageQuery
from engine.params import NullableText
from engine.querying import Fields, Query, parse_fields, parse_query, whole
from engine.settings import Settings

UNSAFE = "HOOKCELL_ALLOW_UNSAFE_QUERY_AND_FIELDS_API_PARAMS"


class SearchQuery(PageQuery):
    """Where `query` is not allowed it is an unknown parameter, as in the original: a list that was not searched would
    look like one that was.
    """

    query: NullableText = None

    def search(self, settings: Settings) -> Query | None:
        """Raises InvalidParams, CodedError."""
        _allowed(self.query, "query", settings)
        return parse_query(self.query) if self.query else None


class RecordsQuery(SearchQuery):
    fields_: Annotated[NullableText, Field(alias="fields")] = None

    def shown(self, settings: Settings) -> Fields:
        """Raises InvalidParams, CodedError."""
        _allowed(self.fields_, "fields", settings)
        return parse_fields(self.fields_) if self.fields_ else whole


def _allowed(value: str | None, key: str, settings: Settings) -> None:
    if value is not None and not settings.allow_unsafe_query_and_fields_api_params:
        message = f"must NOT have additional properties: {key} needs {UNSAFE}=true"
        raise InvalidParams([message], error_type="error-invalid-params")
