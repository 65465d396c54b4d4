"""The classes that the documentation names are classes of the package: a renamed class must be renamed there too."""

from __future__ import annotations

import builtins
import re
from importlib import import_module

from tests.docs.blocks import ROOT

MODULES = "bulk errors functions hooks journal limits otel parsing ray testing types usage".split()
OF_OTHERS = {"Annotated", "AsyncOpenAI", "OpenAI"}


def public_names() -> set[str]:
    modules = [import_module(f"acedata_responses{name}") for name in ["", *(f".{name}" for name in MODULES)]]
    return {name for module in modules for name in getattr(module, "__all__", dir(module))}


def test_each_class_that_a_page_names_exists() -> None:
    known = public_names() | set(dir(builtins)) | OF_OTHERS
    unknown = {}
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for name in set(re.findall(r"`([A-Z][a-z]+[A-Za-z]*)\b(?!-)", prose)) - known:
            unknown[name] = page.relative_to(ROOT)
    assert unknown == {}
