"""Request parameters as Rocket.Chat's schemas read them: which scalars are coerced, and the words for what is wrong.

A shape is a model derived from `Params` whose fields use the types below. Like the original's validator, a shape is
reported by its first problem only: missing properties, then unknown ones, then values, in the order of its fields.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from engine.errors import InvalidParams
from engine.model.json import JsonObject

# beyond it, JavaScript's numbers are no longer exact
MAX_NUMBER = 2**53 - 1
ONE_OF = "must match exactly one schema in oneOf"


class Params(BaseModel):
    """Keys are camelCase outside and snake_case inside; a key that no field has is a problem."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, populate_by_name=False)


ShapeT = TypeVar("ShapeT", bound=Params)


def read_one_of(body: object, shapes: Sequence[type[ShapeT]]) -> ShapeT:
    """The body as the single shape that it fits; raises InvalidParams with each shape's problem, each once."""
    fitting: list[ShapeT] = []
    problems: list[ErrorDetails] = []
    for shape in shapes:
        try:
            fitting.append(shape.model_validate(body))
        except ValidationError as error:
            problems.append(_first_problem(error))
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InvalidParams([ONE_OF])
    messages = dict.fromkeys(map(_words, problems))
    places = [_place(problem) for problem in problems]
    raise InvalidParams(
        [*messages, ONE_OF], places=[place for number, place in enumerate(places) if place not in places[:number]]
    )


def read_body(body: object, shape: type[ShapeT]) -> ShapeT:
    """The body as one shape; raises InvalidParams with its problem."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        raise _invalid(error) from None


def read_query(query: Mapping[str, object], shape: type[ShapeT]) -> ShapeT:
    """The query string as one shape; raises InvalidParams in the words for query strings."""
    try:
        return shape.model_validate(query)
    except ValidationError as error:
        raise _invalid(error, "error-invalid-params") from None


def problem(message: str) -> PydanticCustomError:
    """What a validator raises; `message` is in the style of "must be string"."""
    # Passed as a value: the braces of a message are not a template.
    return PydanticCustomError("parameter", "{message}", {"message": message})


def one_of(*choices: str, of: str = "") -> BeforeValidator:
    """`of` stands before the words that say what it must be."""

    def check(value: object) -> object:
        if value not in choices:
            raise problem(f"{of}must be one of {', '.join(choices)}")
        return value

    return BeforeValidator(check)


def _text(value: object) -> str:
    match value:
        case str():
            text = value
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = _number_as_text(value)
        case _:
            raise problem("must be string")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise problem("must be valid Unicode: it has half of a surrogate pair") from None
    return text


def _name(value: object) -> str:
    text = _text(value)
    # PostgreSQL stores no such text.
    if "\0" in text:
        raise problem("must not have NUL characters")
    return text


def _flag(value: object) -> bool:
    # 1 and 0 are among them, being equal to True and False.
    if value in (True, "true"):
        return True
    if value in (False, "false", None):
        return False
    raise problem("must be boolean")


def _number(value: object) -> int | float:
    if value is None:
        return 0
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        # Python reads these as numbers, and nobody else does.
        raise problem("must be number")
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise problem("must be number")
    if abs(number) > MAX_NUMBER:
        raise problem(f"must be {'<=' if number > 0 else '>='} {math.copysign(MAX_NUMBER, number):.0f}")
    return int(number) if number.is_integer() else number


def _nullable_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _nullable_name(value: object) -> str | None:
    return None if value is None else _name(value)


def _nullable_flag(value: object) -> bool | None:
    return None if value is None or value == "" else _flag(value)


def _nullable_number(value: object) -> int | float | None:
    return None if value is None or value == "" else _number(value)


# Text may hold anything UTF-8 can, as a script does; a name also lands in columns of its own.
Text = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, BeforeValidator(_name)]
Flag = Annotated[bool, BeforeValidator(_flag)]
NullableText = Annotated[str | None, BeforeValidator(_nullable_text)]
NullableName = Annotated[str | None, BeforeValidator(_nullable_name)]
NullableFlag = Annotated[bool | None, BeforeValidator(_nullable_flag)]
NullableNumber = Annotated[int | float | None, BeforeValidator(_nullable_number)]
Word = Annotated[str, Field(min_length=1), BeforeValidator(_name)]


def _number_as_text(value: int | float) -> str:
    # JavaScript writes 1.0 as 1.
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else repr(value)


def _invalid(error: ValidationError, error_type: str = "invalid-params") -> InvalidParams:
    problem = _first_problem(error)
    return InvalidParams([_words(problem)], error_type=error_type, places=[_place(problem)])


def _first_problem(error: ValidationError) -> ErrorDetails:
    return min(error.errors(include_url=False, include_input=False), key=_rank)


def _place(details: ErrorDetails) -> JsonObject:
    field = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in details["loc"])
    return {"field": field.removeprefix("."), "message": _message(details)}


def _rank(details: ErrorDetails) -> int:
    return {"missing": 0, "extra_forbidden": 1}.get(details["type"], 2) if len(details["loc"]) == 1 else 2


def _words(details: ErrorDetails) -> str:
    message = _message(details)
    # Only the settings inside an object need to say where they are; the original names no place.
    inside = [str(key) for key in details["loc"] if isinstance(key, str)]
    return f"{'.'.join(inside)} {message}" if len(inside) > 1 else message


def _message(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return f"must have required property '{details['loc'][-1]}'"
        case "extra_forbidden":
            return "must NOT have additional properties"
        case "model_type" | "dict_type":
            return "must be object"
        case "list_type" | "tuple_type":
            return "must be array"
        case "string_too_short":
            return f"must NOT have fewer than {context['min_length']} characters"
        case "too_long":
            return f"must NOT have more than {context['max_length']} items"
        case "string_pattern_mismatch":
            return f'must match pattern "{context["pattern"]}"'
        case "less_than_equal":
            return f"must be <= {context['le']}"
        case "greater_than_equal":
            return f"must be >= {context['ge']}"
        case _:
            return details["msg"]
