"""Gets the model names from the service with the generated client."""

from __future__ import annotations

from .facts import Facts, Field, UnreadableError

AT = "body.model"


def read() -> Facts:
    """Return the names of `GET /openai/models`. The client takes the token from the environment.

    Raises:
        UnreadableError: The call failed, or the reply is not a list of models.
    """
    try:
        from acedata_responses import AceDataError, Client
    except ImportError:
        raise UnreadableError("needs the generated package: run `make setup`") from None
    try:
        with Client() as client:
            listed = client.models.list()
    except AceDataError as error:
        raise UnreadableError(f"could not be fetched from the service ({error})") from None
    return from_names([getattr(model, "id", None) for model in listed.data])


def from_names(names: list[object]) -> Facts:
    """Return the facts in a list of names, whose order has no meaning."""
    if not names or not all(isinstance(name, str) for name in names):
        raise UnreadableError("is not a list of model names")
    return Facts({}, {AT: Field(AT, "string", enum=tuple(names), stated=frozenset({"names"}))}, whole=False)
