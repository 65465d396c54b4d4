"""generator-config.yaml: each key of openapi-python-client takes effect, or is refused with a reason."""

from __future__ import annotations

from pathlib import Path

from openapi_python_client.config import Config, ConfigFile, MetaType
from pydantic import ValidationError

from scripts.openapi.document import Document, below, load

_REFUSED = {"http_timeout": "it bounds the download of a document, and this one is a file"}


def read(path: Path, document: Document, output: Path) -> Config:
    """Return the configuration, read by the generator's own loader.

    Raises:
        DocumentError: A key is unknown, has no effect here or has a value that the templates do not express.
    """
    keys = load(path)
    for key in keys.data:
        if key not in ConfigFile.model_fields:
            problem = f"`{key}` is not a configuration key of openapi-python-client"
            keys.report(below("", key), problem, f"Use one of {', '.join(sorted(ConfigFile.model_fields))}.")
        elif key in _REFUSED:
            keys.report(below("", key), f"`{key}` has no effect here: {_REFUSED[key]}", "Take it out.")
    keys.raise_problems()
    try:
        file = ConfigFile.load_from_path(path)
    except ValidationError as error:
        for detail in error.errors():
            keys.report(below("", *detail["loc"]), detail["msg"][:1].lower() + detail["msg"][1:], "Correct it.")
        keys.raise_problems()
        raise
    _check(keys, file)
    return Config.from_sources(file, MetaType.NONE, document.path, "utf-8", True, output)


def _check(keys: Document, file: ConfigFile) -> None:
    if not file.literal_enums:
        problem = "`literal_enums` is not true: an enum class could not hold a value that the service adds later"
        keys.report("/literal_enums", problem, "Write `literal_enums: true`.")
    if not file.field_prefix.isidentifier() or file.field_prefix.startswith("_"):
        problem = f"`field_prefix: {file.field_prefix}` does not begin a public Python name"
        keys.report("/field_prefix", problem, "Begin it with a letter.")
    for name, override in (file.class_overrides or {}).items():
        if override.module_name is not None:
            problem = "`module_name` has no effect here: the module of a class depends on where it is used"
            keys.report(below("/class_overrides", name, "module_name"), problem, "Take it out.")
    keys.raise_problems()
