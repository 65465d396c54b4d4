"""What the package imports and when, its public names, and the metadata of the distribution."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import textwrap
from importlib import metadata

import pytest

import acedata_responses
from acedata_responses import testing
from tests.contract.document import DOCUMENT

PACKAGE = acedata_responses.__name__
DISTRIBUTION = "acedata-responses"
MODULES_WITH_ALL = [PACKAGE, f"{PACKAGE}.types", f"{PACKAGE}.testing"]
PUBLIC = {
    PACKAGE,
    *(
        f"{PACKAGE}.{name}"
        for name in """
            bulk errors functions hooks journal limits observations otel
            parsing ray resources retry sse testing types usage
        """.split()
    ),
}
SUBMODULES = {*"bulk errors hooks journal limits observations retry testing types usage".split()}
"""The public modules that resolve after a plain import of the package."""


def imported_by(code, *arguments):
    """Run code in a new interpreter and return the modules that it imports."""
    whole = f"import sys\nbefore = set(sys.modules)\n{textwrap.dedent(code)}\nprint(*set(sys.modules) - before)"
    command = [sys.executable, "-W", "error", "-c", whole, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def ours(modules):
    """Select the modules of the package."""
    return {name for name in modules if name.partition(".")[0] == PACKAGE}


def test_importing_the_package_imports_no_other_module():
    modules = imported_by("import acedata_responses; dir(acedata_responses); acedata_responses.__all__")
    assert modules == {PACKAGE}


def test_a_public_module_resolves_after_a_plain_import():
    imported_by(f"import acedata_responses\nfor name in {SUBMODULES}: getattr(acedata_responses, name).__name__")


def test_importing_an_error_imports_no_client():
    modules = imported_by("from acedata_responses import RateLimitError, VERSION")
    assert not modules & {"httpx", "h11", "asyncio", "ssl", f"{PACKAGE}._client", f"{PACKAGE}.types"}


def test_creating_a_client_loads_no_certificates_and_no_module_of_the_other_flavour():
    modules = imported_by(
        """
        import ssl
        made = []
        ssl.SSLContext.__new__ = lambda cls, *args: made.append(cls)
        from acedata_responses import Client
        Client("x").responses
        assert not made
        """
    )
    assert not {name for name in ours(modules) if "async" in name}
    assert not ours(modules) & {f"{PACKAGE}.{name}" for name in ("types.replies", "types.events", "sse", "testing")}
    assert not modules & {"httpx", "dateutil"}


def test_a_call_imports_nothing_for_features_that_it_does_not_use():
    with testing.serve() as service:
        modules = imported_by(
            """
            import sys
            from acedata_responses import Client
            with Client(sys.argv[1], base_url=sys.argv[2]) as client:
                assert client.responses.create(model="gpt-4o", input="Hello").output_text
            """,
            testing.TOKEN,
            service.url,
        )
    unused = {"types.events", "sse", "testing", "_replies.assembly", "_async_client", "journal", "bulk"}
    unused |= {"_sending.journaling", "_cli", "ray"}
    unused |= {"functions", "parsing", "types._conversation", "types._files"}
    assert not ours(modules) & {f"{PACKAGE}.{name}" for name in unused}
    assert not modules & {"httpx", "asyncio", "dateutil", "difflib", "msgspec", "pathlib", "sqlite3", "urllib.request"}


def test_all_clients_share_one_tls_context():
    imported_by(
        """
        import socket, ssl, threading
        from acedata_responses import Client, TransportError

        made = []
        load = ssl.SSLContext.load_verify_locations
        ssl.SSLContext.load_verify_locations = lambda *args, **kwargs: (made.append(1), load(*args, **kwargs))[1]

        listener = socket.create_server(("127.0.0.1", 0))
        def hang_up():
            while True:
                listener.accept()[0].close()
        threading.Thread(target=hang_up, daemon=True).start()
        for _ in range(3):
            with Client("x", base_url=f"https://127.0.0.1:{listener.getsockname()[1]}", max_retries=0) as client:
                try:
                    client.models.list()
                except TransportError:
                    pass
        assert len(made) == 1, made
        listener.close()
        """
    )


def test_the_pytest_plugin_imports_no_client():
    modules = imported_by("import acedata_responses.testing.pytest_plugin")
    assert not modules & {"httpx", "h11", f"{PACKAGE}._client"}


# Public names


def modules():
    """Return all modules of the package."""
    return [name for _finder, name, _is_package in pkgutil.walk_packages(acedata_responses.__path__, f"{PACKAGE}.")]


def test_every_module_can_be_imported():
    names = set(modules()) - {f"{PACKAGE}.testing.__main__"}
    assert names <= imported_by(f"import importlib\nfor name in {names!r}: importlib.import_module(name)")


def test_the_public_modules_have_no_underscore():
    shown = {name for name in modules() if not any(part.startswith("_") for part in name.split("."))}
    tops = {".".join(name.split(".")[:2]) for name in shown}
    assert tops | {PACKAGE} == PUBLIC


PUBLIC_NAMES = {
    "AsyncClient", "AsyncStream", "Budget", "Client", "Clock", "Failure", "HTTPResponse", "Hook", "Journal",
    "Limiter", "Limits", "NOT_GIVEN", "NotGiven", "Observation", "Observations", "Problem", "Result",
    "RetryPolicy", "Stream", "UnknownValueWarning", "VERSION",
    "APIStatusError", "AceDataError", "AnswerError", "BudgetExhaustedError", "BulkStoppedError", "ConfigurationError",
    "ConnectionFailedError", "ConnectionLostError",
    "JournalError", "ReplyDecodeError", "ReplyFailedError", "RequestTimeoutError", "RequestValidationError",
    "RunError", "StreamError", "StreamFailedError", "StreamInterruptedError", "TransportError", "UnknownOutcomeError",
    *(f"{kind}Error" for kind in DOCUMENT["x-error-kinds"]),
}  # fmt: skip


def test_the_package_has_these_public_names():
    assert set(acedata_responses.__all__) == PUBLIC_NAMES
    assert acedata_responses.__version__ == acedata_responses.VERSION
    assert set(dir(acedata_responses)) == PUBLIC_NAMES | {"__version__", *SUBMODULES}


@pytest.mark.parametrize("module", MODULES_WITH_ALL)
def test_each_public_name_exists_and_an_unknown_one_raises(module):
    module = importlib.import_module(module)
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is getattr(module, name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = module.nonsense
    assert set(dir(module)) >= set(module.__all__)


def test_the_package_exports_all_errors():
    from acedata_responses import errors

    classes = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert classes == {name for name in PUBLIC_NAMES if name.endswith("Error")}


def test_an_editor_completes_public_names_fields_and_arguments():
    import jedi

    for module in MODULES_WITH_ALL:
        code = f"from {module} import "
        names = {item.name for item in jedi.Script(code).complete(1, len(code))}
        assert names >= set(importlib.import_module(module).__all__)
    call = "from acedata_responses import Client\nclient = Client()\n"
    assert "owned_by" in {item.name for item in jedi.Script(f"{call}client.models.list().data[0].").complete()}
    (signature,) = jedi.Script(f"{call}client.models.list(").get_signatures()
    assert "extra_headers" in {item.name for item in signature.params}


def documented():
    """Yield all public modules, classes, functions and methods."""
    for module in map(importlib.import_module, sorted(PUBLIC)):
        yield module.__name__, module
        for name in getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")]):
            value = getattr(module, name)
            if getattr(value, "__module__", "").partition(".")[0] != PACKAGE or not callable(value):
                continue
            yield f"{module.__name__}.{name}", value
            for attribute, member in vars(value).items() if inspect.isclass(value) else ():
                is_own = not any(hasattr(base, attribute) for base in value.__mro__[1:])
                is_described = inspect.isfunction(member) or isinstance(member, property)
                if is_own and is_described and not attribute.startswith("_"):
                    yield f"{module.__name__}.{name}.{attribute}", member


def test_all_public_names_have_docstrings():
    assert [name for name, value in documented() if not inspect.getdoc(value)] == []


def test_the_metadata_of_the_distribution_agrees_with_the_document_and_the_code():
    distribution = metadata.metadata(DISTRIBUTION)
    assert acedata_responses.VERSION == DOCUMENT["info"]["version"] == distribution["version"]
    urls = dict(line.split(", ") for line in distribution.get_all("Project-URL"))
    assert urls["Service"] == DOCUMENT["info"]["contact"]["url"]
    assert urls["API reference"] in json.dumps(DOCUMENT)
    needed = [line for line in metadata.requires(DISTRIBUTION) or [] if "extra ==" not in line]
    assert {re.split(r"[^\w-]", line)[0] for line in needed} == {"attrs", "certifi", "h11", "httpx", "python-dateutil"}
    assert pkgutil.get_data(PACKAGE, "py.typed") is not None


def test_the_description_of_the_distribution_only_links_to_the_web():
    description = metadata.metadata(DISTRIBUTION).get_payload()
    links = re.findall(r"\]\(([^)]+)\)", description)
    assert links
    assert all(link.startswith("https://") for link in links)
    assert "from openapi.yaml" in description.replace("\n", " ")
