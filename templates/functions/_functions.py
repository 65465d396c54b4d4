"""Python functions as tools: describes them to the model, and calls them with the arguments that it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, getdoc, isawaitable, iscoroutinefunction, signature
from json import dumps
from typing import Any, get_type_hints

from attrs import frozen

from .._document.facts import CONVERSATION
from .._request.json_data import Converter
from ..errors import ConfigurationError
from ..parsing.schemas import TypeReader, import_msgspec, reader_of
from ..types._conversation import ToolCall, filled, item

_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


class BadCallError(Exception):
    """The model called an unknown function, or gave arguments that do not match the parameters."""


@frozen
class Function:
    """A function that the model can call.

    Attributes:
        function: The function.
        reader: Parses its arguments.
    """

    function: Callable[..., Any]
    reader: TypeReader

    def tool(self) -> dict[str, Any]:
        """Return the description of the function for the model."""
        # Not strict: a strict schema would require all arguments, including those with a default.
        words = {"name": self.reader.name, "description": getdoc(self.function)}
        tool: dict[str, Any] = filled(CONVERSATION["tool"], {**words, "schema": self.reader.schema, "strict": False})
        return tool

    def call(self, arguments: str) -> Any:
        """Call the function with arguments as JSON text."""
        return self.function(**self._read(arguments))

    async def call_async(self, arguments: str) -> Any:
        """Call the function with arguments as JSON text, and await the result if it is awaitable."""
        result = self.function(**self._read(arguments))
        return await result if isawaitable(result) else result

    def _read(self, arguments: str) -> dict[str, Any]:
        try:
            parsed = self.reader.decode(arguments or "{}")
        except ValueError as error:
            raise BadCallError(f"the arguments of {self.reader.name} are not valid: {error}") from None
        return {name: getattr(parsed, name) for name in self.reader.schema["properties"]}


def functions_by_name(functions: Iterable[Callable[..., Any]]) -> dict[str, Function]:
    """Return functions as tools, by name.

    Raises:
        ConfigurationError: One is not a function with a name, is a coroutine function, or has parameters that cannot be
            described; or two have the same name.
    """
    found = functions_by_name_async(functions)
    for name, one in found.items():
        if iscoroutinefunction(one.function):
            raise ConfigurationError(f"the function {name} is a coroutine function: use it with AsyncClient")
    return found


def functions_by_name_async(functions: Iterable[Callable[..., Any]]) -> dict[str, Function]:
    """Return functions and coroutine functions as tools, by name; like `functions_by_name`."""
    if not isinstance(functions, Iterable):
        raise ConfigurationError(f"functions must be a list of functions, not {functions!r:.100}")
    found: dict[str, Function] = {}
    for function in functions:
        name = getattr(function, "__name__", "")
        if not callable(function) or not name.isidentifier():
            raise ConfigurationError(f"{function!r:.100} is not a function with a name, as the model needs to call it")
        if name in found:
            raise ConfigurationError(f"two functions are named {name}: each needs a name of its own")
        found[name] = Function(function, _arguments_of(name, function))
    if not found:
        raise ConfigurationError("functions is empty: use `create` where the model has nothing to call")
    return found


def _arguments_of(name: str, function: Callable[..., Any]) -> TypeReader:
    """The parser for the arguments of a function, from a class with a field for each parameter."""
    msgspec = import_msgspec(f"the function {name}")
    try:
        hints = get_type_hints(function, include_extras=True)
        parameters = signature(function).parameters.values()
    except (TypeError, NameError, ValueError) as error:
        raise ConfigurationError(f"the parameters of {name} cannot be read: {error}") from error
    for one in parameters:
        if one.kind not in _BY_NAME or one.name not in hints:
            problem = "has no type hint" if one.kind in _BY_NAME else "cannot be passed by name"
            raise ConfigurationError(f"the parameter {one.name} of {name} {problem}, so the model cannot pass it")
    fields = [
        (one.name, hints[one.name], *([] if one.default is Parameter.empty else [one.default])) for one in parameters
    ]
    try:
        arguments = msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"the parameters of {name} cannot be described: {error}") from error
    return reader_of(arguments)


def result_item(call: ToolCall, result: Any) -> dict[str, Any]:
    """Return the item of a conversation with the result of a function: text unchanged, other data as JSON.

    Raises:
        TypeError: The result cannot be converted to JSON.
    """
    if isinstance(result, str):
        return item("result", id=call.id, output=result)
    converter = Converter()
    data = converter.convert(result, "")
    if converter.problems:
        raise TypeError(f"the result of {call.name} cannot be converted to JSON: {converter.problems[0]}")
    return item("result", id=call.id, output=dumps(data, ensure_ascii=False))


def error_item(call: ToolCall, error: Exception) -> dict[str, Any]:
    """Return the item of a conversation with the error of a function, without a traceback."""
    text = str(error) if isinstance(error, BadCallError) else f"{type(error).__name__}: {error}"
    return item("result", id=call.id, output=dumps({"error": text}, ensure_ascii=False))
