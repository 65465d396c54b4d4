"""Plants a fault for each judge, and checks that the judge finds it. Run by `make planted`.

Each fault is planted in a copy of the checkout: one text in one file is replaced by another. The judge is then run
there, must fail, and must report the fault in these words.
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
COPIED = ("docs", "examples", "generated", "scripts", "templates", "tests", "tools", ".github")
LINKED = (".venv", ".venvs", "tools/node_modules")

BIN = ".venv/bin"
NODE = "tools/node_modules/.bin"
PACKAGE = "generated/acedata_responses"
CI = ".github/workflows/ci.yml"
USER_CODE = "tests/typing/user_code.py"
FUTURE = "from __future__ import annotations\n"
OLD_PYTHON = "does not satisfy Python>=3.11"

PYTEST = f"{BIN}/python -m pytest -q -p no:cacheprovider tests/judges"
SCHEMATHESIS = f"{BIN}/python -m scripts.judges.service --phases examples,coverage"
PACKAGING = f"{BIN}/python -m scripts.judges.packaging"
COVERAGE = f"{BIN}/python -m coverage"


class Fault(NamedTuple):
    """A fault, and the words in which it must be reported."""

    name: str
    file: str
    old: str
    new: str
    words: str = "failed"


def type_faults(words: str) -> list[Fault]:
    return [
        Fault("in the package", f"{PACKAGE}/_version.py", "VERSION", "number: int = 'one'\nVERSION", words),
        Fault("in user code", USER_CODE, FUTURE, f"{FUTURE}import acedata_responses as a\nx: int = a.VERSION\n", words),
    ]


JUDGES: dict[str, list[Fault]] = {
    f"{BIN}/ruff check --no-cache scripts/demo.py": [
        Fault("an unused import", "scripts/demo.py", "import sys\n", "import os\nimport sys\n", "F401"),
    ],
    f"{BIN}/ruff format --no-cache --check scripts/demo.py": [
        Fault("two spaces", "scripts/demo.py", "MODEL = ", "MODEL =  ", "would be reformatted"),
    ],
    f"{BIN}/python -m openapi_spec_validator openapi.yaml": [
        Fault("a keyword of another type", "openapi.yaml", "required: [model, input]", "required: input",
            "is not of type 'array'"),
    ],
    f"{NODE}/redocly lint --config tools/redocly.yaml openapi.yaml": [
        Fault("an unknown keyword", "openapi.yaml", "minItems: 1", "minimumItems: 1",
            "`minimumItems` is not expected here"),
    ],
    f"{NODE}/spectral lint --ruleset tools/spectral.yaml --fail-severity hint openapi.yaml": [
        Fault("an invalid example", "openapi.yaml", "n: 1\n", "n: 129\n", "must be <= 128"),
    ],
    f"{BIN}/check-jsonschema --builtin-schema vendor.github-workflows {CI}": [
        Fault("an unknown key of a workflow", CI, "runs-on:", "run-on:", "run-on"),
    ],
    f"{BIN}/zizmor --offline --no-progress {CI}": [
        Fault("an action that is not pinned", CI, "actions/checkout@", "actions/checkout@v6 #", "unpinned"),
    ],
    f"{NODE}/remark --frail --no-stdout --no-color --rc-path tools/remark.json README.md": [
        Fault("a link to no file", "README.md", "(openapi.yaml)", "(openapi.json)", "Cannot find file `openapi.json`"),
        Fault("a link to no heading", "README.md", "(openapi.yaml)", "(#no-such-heading)", "Cannot find heading"),
    ],
    f"{BIN}/python -m mypy": type_faults("[assignment]"),
    f"{NODE}/pyright --warnings": type_faults("reportAssignmentType"),
    f"{BIN}/ty check --error-on-warning": type_faults("invalid-assignment"),
    f"{PYTEST}/prism.py -k 'at_each_bound or of_another_type'": [
        Fault("a client that is too strict", f"{PACKAGE}/_document/validation.py", "value <= bound", "value < bound"),
        Fault("a client that is too lax", f"{PACKAGE}/_document/schemas.py", '"minItems": 1', '"minItems": 0'),
    ],
    f"{PYTEST}/prism.py -k 'examples_of_the_document or generated_replies'": [
        Fault("an undocumented reply", f"{PACKAGE}/testing/_examples.py", '"created": 1795420800', '"created": "now"'),
        Fault("a field that is lost", f"{PACKAGE}/types/_model.py", "result[key] = enc", "if came: result[key] = enc"),
    ],
    SCHEMATHESIS: [
        Fault("a service laxer than the document", f"{PACKAGE}/testing/_service.py", "if problems:",
            "if len(problems) > 1:", "Schema-violating request accepted"),
        Fault("a service stricter than the document", f"{PACKAGE}/testing/_service.py", "if problems:",
            "if problems or b'top_p' in request.body:", "Schema-valid request rejected"),
        Fault("a service that accepts any token", f"{PACKAGE}/testing/_service.py", "token.strip() != self.token",
            "token.strip() == ''", "API accepts invalid authentication"),
        Fault("an undocumented reply", f"{PACKAGE}/testing/_examples.py", '"created_at": 1795420800',
            '"created_at": "now"', "Response violates schema"),
        Fault("an undocumented event", f"{PACKAGE}/testing/_examples.py", '"delta": "', '"other": "',
            "SSE event violates schema"),
    ],
    f"{PYTEST}/test_official_clients.py": [
        Fault("a value that is lost", f"{PACKAGE}/types/_model.py", "result[key] = enc", "if came: result[key] = enc"),
        Fault("a role that is refused", f"{PACKAGE}/_document/schemas.py", ', "developer"', ""),
    ],
    f"{PYTEST}/test_event_decoders.py": [
        Fault("several blanks after the colon", f"{PACKAGE}/sse.py", 'value.removeprefix(" ")', 'value.lstrip(" ")'),
        Fault("a line end in two chunks", f"{PACKAGE}/sse.py", 'chunk.removeprefix(b"\\n")', "chunk"),
    ],
    PACKAGING: [
        Fault("metadata that twine refuses", "pyproject.toml", 'content-type = "text/markdown"',
            'content-type = "text/x-rst"', "long_description"),
        Fault("a file that the wheel lacks", "pyproject.toml", "[tool.hatch.build.targets.wheel]\n",
            "[tool.hatch.build.targets.wheel]\nexclude = ['sse.py']\n", "W101"),
        Fault("a file that the source archive lacks", "pyproject.toml", '["generated/acedata_responses", ',
            '["generated/acedata_responses/errors.py", ', "another wheel"),
        Fault("a large wheel", "scripts/judges/packaging.py", "LARGEST_WHEEL = ", "LARGEST_WHEEL = 9  # ",
            "bytes, more than 9"),
        Fault("a Python that it refuses", "pyproject.toml", 'requires-python = ">=3.10"', 'requires-python = ">=3.11"',
            OLD_PYTHON),
        Fault("a missing dependency", "pyproject.toml", '"attrs>=23.2", ', "", "No module named 'attr"),
    ],
    f"{COVERAGE} run scripts/generate.py --help && {COVERAGE} combine && {COVERAGE} report": [
        Fault("a low coverage", "README.md", "#", "#", "less than fail-under"),
    ],
}  # fmt: skip
CASES = [(command, fault) for command, faults in JUDGES.items() for fault in faults]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout, with the environments of the original."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for file in (path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".coverage")):
        shutil.copy(file, tmp_path)
    for name in LINKED:
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize(("command", "fault"), CASES, ids=[f"{command} - {fault.name}" for command, fault in CASES])
def test_the_judge_finds_the_fault(copy: Path, command: str, fault: Fault) -> None:
    if (NODE in command or "prism" in command) and not (ROOT / NODE).exists():
        pytest.skip("node and npm are not installed")
    if fault.words == OLD_PYTHON and shutil.which("python3.10") is None:
        pytest.skip("Python 3.10 is not installed")
    file = copy / fault.file
    text = file.read_text(encoding="utf-8")
    assert fault.old in text, "the text to replace is gone"
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    environment = {**ENVIRONMENT, "PYTHONPATH": str(copy / "generated"), "NO_COLOR": "1", "COLUMNS": "200"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(["sh", "-c", command], cwd=copy, env=environment, check=False, **pipes)
    assert done.returncode, done.stdout
    assert fault.words in done.stdout, done.stdout
