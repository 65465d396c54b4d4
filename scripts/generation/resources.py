"""Tags as resources: `responses` is `client.responses`, `chat.completions` is `completions` of `client.chat`."""

from __future__ import annotations

from dataclasses import dataclass, field

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.strings import PythonIdentifier, pascal_case, snake_case

from . import names, prose
from .methods import MethodBuilder, Operation
from .operations import OperationSpec


@dataclass
class Resource:
    """The operations of one tag.

    Attributes:
        name: Its module.
        attribute: What it is called in the client, or in the resource that it is in.
        class_name: Its class in the synchronous client.
        doc: What it is for.
        operations: Its methods.
        within: The module of the resource that it is in; empty for one of the client itself.
        children: The resources in it.
        path: Where it is in the client, such as `chat.completions`.
    """

    name: str
    attribute: str
    class_name: str
    doc: str
    operations: list[Operation] = field(default_factory=list)
    within: str = ""
    children: list[Resource] = field(default_factory=list)
    path: str = ""

    @property
    def bulk_methods(self) -> dict[str, Operation]:
        """The methods that call an operation with a body for many requests, without those whose names are taken."""
        with_body = [one for one in self.operations if one.has_body]
        taken = {one.name for one in self.operations} | {child.attribute for child in self.children}
        methods = {"map" if len(with_body) == 1 else f"map_{one.name}": one for one in with_body}
        return {name: operation for name, operation in methods.items() if name not in taken}

    def type_names(self) -> list[str]:
        """The classes and aliases that the signatures of the methods name."""
        return sorted(
            {name for operation in self.operations for type_ in operation.types() for name in type_.classes}
        )


@dataclass(frozen=True)
class ResourceBuilder:
    """Makes resources.

    Attributes:
        methods: Makes their methods.
        classes: The class names so far.
        operations: The operations by pointer.
        found: The resources so far, by the tag as it is written.
    """

    methods: MethodBuilder
    classes: names.Classes
    operations: dict[str, OperationSpec]
    found: dict[str, Resource] = field(default_factory=dict)

    def build(self) -> list[Resource]:
        """Every resource, those that only hold others among them. What is wrong with a tag is reported."""
        for generated, endpoints in self.methods.parsed.endpoints.items():
            known = [(self.operations[at], one) for at, one in endpoints if at in self.operations]
            if known:
                self._add_tag(generated, known)
        return list(self.found.values())

    def _add_tag(self, generated: str, found: list[tuple[OperationSpec, Endpoint]]) -> None:
        document, hidden = self.methods.document, self.methods.reserved.methods | names.SCALARS
        given = [one.tag_place(generated) for one, _endpoint in found]
        at, written = given[0]
        for place, other in given:
            if other != written:
                text = f"the tags {written!r} and {other!r} give one Python name, `{names.identifier(generated)}`"
                document.report(place, text, "Give the tag another name.")
        resource = self._resource(at, written)
        for one, endpoint in found:
            with document.reporting():
                method = self.methods.method(one, endpoint, generated)
                taken = [
                    *(other.name for other in resource.operations),
                    *(child.attribute for child in resource.children),
                ]
                names.check_method(document, one.pointer, method.name, taken, hidden)
                resource.operations.append(method)

    def _resource(self, at: str, written: str) -> Resource:
        """The resource of a tag, and those around it that are not there yet."""
        if written in self.found:
            return self.found[written]
        outer, _, last = written.rpartition(".")
        holder = self._resource(at, outer) if outer and last else None
        config, tags = self.methods.parsed.config, self.methods.document.data.get("tags", [])
        listed = {tag["name"]: tag.get("description") for tag in tags}
        attribute = names.identifier(PythonIdentifier(last or written, config.field_prefix))
        resource = self.found[written] = Resource(
            name=names.identifier(PythonIdentifier(written, "tag")),
            attribute=attribute,
            class_name=pascal_case(written),
            doc=prose.sentence(listed.get(written)) or f"The operations of {written}.",
            within=holder.name if holder else "",
            path=f"{holder.path}.{attribute}" if holder else attribute,
        )
        self._check(at, written, resource, holder)
        if holder:
            holder.children.append(resource)
        return resource

    def _check(self, at: str, written: str, resource: Resource, holder: Resource | None) -> None:
        """Report a tag that is no Python name, or whose name has a meaning already."""
        document, advice = self.methods.document, "Give the tag another name."
        taken = (
            [operation.name for operation in holder.operations] if holder else self.methods.reserved.resources
        )
        if not resource.name.isidentifier() or not snake_case(written):
            document.report(at, f"the tag {written!r} cannot be a Python name", advice)
            return
        if resource.attribute in taken:
            document.report(
                at, f"the tag {written!r} would hide `{resource.attribute}` of the client", advice
            )
        for name in (resource.class_name, f"Async{resource.class_name}"):
            self.classes.reserve(at, name, "Give the tag, or the schema, another name.")
