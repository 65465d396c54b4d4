"""A fault for each judge, which it must find: one that finds nothing may have looked at nothing. Run by `make planted`.

Each fault is planted in a copy of the checkout: one text in one file is replaced by another. The judge is then run
there, must fail, and must say why in these words.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = dict(os.environ)  # before the fixtures of the suite change what is trusted
COPIED = ("examples", "generated", "scripts", "templates", "tests", "tools", ".github")
LINKED = (".venv", ".venvs", "tools/node_modules")

PYTHON = (".venv/bin/python", "-m")
NODE = "tools/node_modules/.bin"
PACKAGE = "generated/acedata_responses"


class Fault(NamedTuple):
    """What is planted, and how it must be found."""

    judge: str
    command: tuple[str, ...]
    file: str
    old: str
    new: str
    words: str

    def __str__(self) -> str:
        """The judge, for the name of the test."""
        return self.judge


def pytest_on(file: str, *options: str) -> tuple[str, ...]:
    return (*PYTHON, "pytest", "-q", "-p", "no:cacheprovider", f"tests/judges/{file}.py", *options)


RUFF = (*PYTHON, "ruff", "check", "--no-cache", "scripts/demo.py")
FORMAT = (*PYTHON, "ruff", "format", "--no-cache", "--check", "scripts/demo.py")
VALIDATOR = (*PYTHON, "openapi_spec_validator", "openapi.yaml")
REDOCLY = (f"{NODE}/redocly", "lint", "--config", "tools/redocly.yaml", "openapi.yaml")
SPECTRAL = (f"{NODE}/spectral", "lint", "--ruleset", "tools/spectral.yaml", "--fail-severity", "hint", "openapi.yaml")
WORKFLOW = ".github/workflows/ci.yml"
WORKFLOW_SCHEMA = (".venv/bin/check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW)
ZIZMOR = (".venv/bin/zizmor", "--offline", "--no-progress", WORKFLOW)
LINKS = (f"{NODE}/remark", "--frail", "--no-stdout", "--rc-path", "tools/remark.json", "README.md")
MYPY = (*PYTHON, "mypy")
PYRIGHT = (f"{NODE}/pyright", "--warnings")
TY = (".venv/bin/ty", "check", "--error-on-warning")
SCHEMATHESIS = (*PYTHON, "scripts.judges.service", "--phases", "examples,coverage")
PACKAGING = (*PYTHON, "scripts.judges.packaging")
OLD_PYTHON = "does not satisfy Python>=3.11"
COVERAGE = ".venv/bin/python -m coverage"
LITTLE_COVERAGE = (
    "sh",
    "-c",
    f"{COVERAGE} run -m scripts.judges.links CHANGELOG.md && {COVERAGE} combine && {COVERAGE} report",
)

FAULTS = [
    # The linters
    Fault("ruff check", RUFF, "scripts/demo.py", "import sys\n", "import os\nimport sys\n", "F401"),
    Fault("ruff format", FORMAT, "scripts/demo.py", "MODEL = ", "MODEL =  ", "would be reformatted"),
    Fault("a wrong type of keyword: openapi-spec-validator", VALIDATOR, "openapi.yaml",
        "required: [model, input]", "required: input", "is not of type 'array'"),
    Fault("an unknown keyword: redocly", REDOCLY, "openapi.yaml", "minItems: 1", "minimumItems: 1",
        "`minimumItems` is not expected here"),
    Fault("an example that breaks a rule: spectral", SPECTRAL, "openapi.yaml", "n: 1\n", "n: 129\n",
        "must be <= 128"),
    Fault("check-jsonschema", WORKFLOW_SCHEMA, WORKFLOW, "runs-on:", "run-on:", "run-on"),
    Fault("zizmor", ZIZMOR, WORKFLOW, "actions/checkout@", "actions/checkout@v6 #", "unpinned"),
    Fault("links to files", LINKS, "README.md", "(openapi.yaml)", "(openapi.json)", "Cannot find file `openapi.json`"),
    Fault("links to headings", LINKS, "README.md", "(openapi.yaml)", "(#no-such-heading)",
        "Cannot find heading"),
    # The type checkers, on the package and on what a user writes
    *(
        Fault(f"{judge}: {what}", command, file, old, new, words)
        for judge, command, words in [
            ("mypy", MYPY, "[assignment]"),
            ("pyright", PYRIGHT, "reportAssignmentType"),
            ("ty", TY, "invalid-assignment"),
        ]
        for what, file, old, new in [
            ("package", f"{PACKAGE}/_version.py", "VERSION", "number: int = 'one'\nVERSION"),
            (
                "user code",
                "tests/typing/user_code.py",
                "from __future__ import annotations\n",
                "from __future__ import annotations\nimport acedata_responses as a\nnumber: int = a.VERSION\n",
            ),
        ]
    ),
    # Prism
    Fault("a client stricter than the document: prism proxy", pytest_on("prism", "-k", "at_each_bound"),
        f"{PACKAGE}/_document/validation.py", "value <= bound", "value < bound", "failed"),
    Fault("a client laxer than the document: prism proxy", pytest_on("prism", "-k", "wrong_type"),
        f"{PACKAGE}/_document/schemas.py", '"minItems": 1', '"minItems": 0', "failed"),
    Fault("a reply that the document does not have: prism proxy",
        pytest_on("prism", "-k", "examples_of_the_document"), f"{PACKAGE}/testing/_examples.py",
        '"created": 1795420800', '"created": "now"', "failed"),
    Fault("a field that gets lost: prism mock", pytest_on("prism", "-k", "made_up_replies"),
        f"{PACKAGE}/types/_model.py", "result[key] = encoded(came", "if came: result[key] = encoded(came",
        "failed"),
    # Schemathesis
    Fault("a service laxer than the document", SCHEMATHESIS, f"{PACKAGE}/testing/_service.py", "if problems:",
        "if len(problems) > 1:", "Schema-violating request accepted"),
    Fault("a service stricter than the document", SCHEMATHESIS, f"{PACKAGE}/testing/_service.py",
        "if problems:", "if problems or b'top_p' in request.body:", "Schema-valid request rejected"),
    Fault("a service that takes any token", SCHEMATHESIS, f"{PACKAGE}/testing/_service.py",
        "token.strip() != self.token", "token.strip() == ''", "API accepts invalid authentication"),
    Fault("a reply that the document does not have", SCHEMATHESIS, f"{PACKAGE}/testing/_examples.py",
        '"created_at": 1795420800', '"created_at": "now"', "Response violates schema"),
    Fault("an event that the document does not have", SCHEMATHESIS, f"{PACKAGE}/testing/_examples.py",
        '"delta": "', '"other": "', "SSE event violates schema"),
    # The official clients
    Fault("a value that gets lost", pytest_on("test_official_clients", "-k", "reply_is or stream_is"),
        f"{PACKAGE}/types/_model.py", "result[key] = encoded(came", "if came: result[key] = encoded(came",
        "failed"),
    Fault("a role that the service refuses", pytest_on("test_official_clients", "-k", "sends"),
        f"{PACKAGE}/_document/schemas.py", ', "developer"', "", "failed"),
    # The event decoders
    Fault("more than one blank after the colon", pytest_on("test_event_decoders"), f"{PACKAGE}/sse.py",
        'value.removeprefix(" ")', 'value.lstrip(" ")', "failed"),
    Fault("a line end between two chunks", pytest_on("test_event_decoders"), f"{PACKAGE}/sse.py",
        'chunk.removeprefix(b"\\n")', "chunk", "failed"),
    # Packaging
    Fault("metadata that twine refuses", PACKAGING, "pyproject.toml", 'content-type = "text/markdown"',
        'content-type = "text/x-rst"', "long_description"),
    Fault("a file that the wheel lacks", PACKAGING, "pyproject.toml", "[tool.hatch.build.targets.wheel]\n",
        "[tool.hatch.build.targets.wheel]\nexclude = ['sse.py']\n", "W101"),
    Fault("a file that the source archive lacks", PACKAGING, "pyproject.toml",
        '["generated/acedata_responses", ', '["generated/acedata_responses/errors.py", ', "another wheel"),
    Fault("a large wheel", PACKAGING, "scripts/judges/packaging.py", "LARGEST_WHEEL = ",
        "LARGEST_WHEEL = 9  # ", "bytes, more than 9"),
    Fault("a Python that it refuses", PACKAGING, "pyproject.toml", 'requires-python = ">=3.10"',
        'requires-python = ">=3.11"', OLD_PYTHON),
    Fault("a dependency that it does not name", PACKAGING, "pyproject.toml", '"attrs>=23.2", ', "",
        "No module named 'attr"),
    # Coverage
    Fault("tests that go through little", LITTLE_COVERAGE, "README.md", "#", "#", "less than fail-under"),
]  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout, with the environments of the original."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for file in (one for one in ROOT.iterdir() if one.is_file() and not one.name.startswith(".coverage")):
        shutil.copy(file, tmp_path)
    for name in LINKED:
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_fault_is_found(copy: Path, fault: Fault) -> None:
    needs_node = fault.command[0].startswith(NODE) or "tests/judges/prism.py" in fault.command
    if needs_node and not (ROOT / NODE).exists():
        pytest.skip("node and npm are not installed")
    if fault.words == OLD_PYTHON and shutil.which("python3.10") is None:
        pytest.skip("Python 3.10 is not installed")
    place = copy / fault.file
    text = place.read_text(encoding="utf-8")
    assert fault.old in text, "the place where the fault was planted is gone"
    place.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    environment = {**ENVIRONMENT, "PYTHONPATH": str(copy / "generated"), "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(
        fault.command,
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode, done.stdout
    assert fault.words in done.stdout, done.stdout
