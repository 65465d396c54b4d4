"""Tags as resources: `responses` is `client.responses`, `chat.completions` is `completions` of `client.chat`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from openapi_python_client.strings import PythonIdentifier, pascal_case

from scripts.openapi.document import below
from scripts.openapi.operations import Operation

from . import names
from .generator_parse import Parsed
from .methods import Method, method_of
from .names import Namespace
from .reserved import Reserved
from .text import sentence
from .types import SCALARS


@dataclass
class Resource:
    """The operations of one tag.

    Attributes:
        name: Its module.
        path: Where it is in the client, such as `chat.completions`.
        class_name: Its class in the synchronous client.
        doc: What it is for.
        operations: Its methods.
        children: The resources in it.
    """

    name: str
    path: str
    class_name: str
    doc: str
    operations: list[Method] = field(default_factory=list)
    children: list[Resource] = field(default_factory=list)

    @property
    def attribute(self) -> str:
        """What it is called in the client, or in the resource that it is in."""
        return self.path.rpartition(".")[2]

    @property
    def bulk_methods(self) -> dict[str, Method]:
        """The methods that call an operation with a body for many requests, without those whose names are taken."""
        with_body = [operation for operation in self.operations if operation.has_body]
        taken = {operation.name for operation in self.operations} | {child.attribute for child in self.children}
        methods = {"map" if len(with_body) == 1 else f"map_{operation.name}": operation for operation in with_body}
        return {name: operation for name, operation in methods.items() if name not in taken}


class Resources:
    """Makes resources, whose classes must not have the names of those so far."""

    def __init__(self, parsed: Parsed, reserved: Reserved, classes: Namespace) -> None:
        self._parsed = parsed
        self._document = parsed.document
        self._reserved = reserved
        self._classes = classes
        self._of_client = Namespace(self._document, "Give the tag another name.", reserved.resources)
        self._members: dict[str, Namespace] = {}
        self._resources: dict[str, Resource] = {}

    def build(self, operations: Iterable[Operation]) -> list[Resource]:
        """Return every resource, including those that only contain others. Tags that cannot be used are reported."""
        by_pointer = {operation.pointer: operation for operation in operations}
        for tag, endpoints in self._parsed.endpoints.items():
            for operation, endpoint in ((by_pointer[at], endpoint) for at, endpoint in endpoints if at in by_pointer):
                # The tag as the document writes it
                index, written = next(
                    (i, name) for i, name in enumerate(operation.node["tags"]) if PythonIdentifier(name, "tag") == tag
                )
                resource = self._resource(below(operation.pointer, "tags", index), written)
                with self._document.reporting():
                    method = method_of(self._parsed, operation, endpoint, tag, self._reserved.arguments)
                    at = below(operation.pointer, "operationId")
                    self._members[written].add(
                        at, f"the operationId {operation.id!r}", method.name, written=operation.id
                    )
                    resource.operations.append(method)
        return list(self._resources.values())

    def _resource(self, at: str, written: str) -> Resource:
        """Return the resource of a tag, created with the resources around it if needed."""
        if written in self._resources:
            return self._resources[written]
        outer, _, last = written.rpartition(".")
        holder = self._resource(at, outer) if outer and last else None
        config, document = self._parsed.config, self._document
        listed = {tag["name"]: tag.get("description") for tag in document.data.get("tags", [])}
        attribute = self._parsed.identifier(PythonIdentifier(last or written, config.field_prefix))
        resource = self._resources[written] = Resource(
            name=self._parsed.identifier(PythonIdentifier(written, "tag")),
            path=f"{holder.path}.{attribute}" if holder else attribute,
            class_name=pascal_case(written),
            doc=sentence(listed.get(written)) or f"The operations of {written}.",
        )
        hidden = self._reserved.methods | SCALARS
        self._members[written] = Namespace(document, "Give the operation another id.", hidden)
        around = self._members[outer] if holder else self._of_client
        if around.add(at, f"the tag {written!r}", attribute, written=written):
            for name in (resource.class_name, f"Async{resource.class_name}"):
                self._classes.add(at, f"the tag {written!r}", name, alike=names.function_name(name))
        if holder:
            holder.children.append(resource)
        return resource
