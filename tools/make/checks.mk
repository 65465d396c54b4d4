##@ Checks

PYTHON_CODE := scripts tests templates generated examples
WORKFLOWS := $(wildcard .github/workflows/*.yml)
quietly := @tools/quietly

export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

check: verify lint typecheck test ## run verify, lint, typecheck, test and judge; changes no files

verify: $(GENERATOR) ## check that generated/ is up to date
	@$(PY) scripts/generate.py --check

lint: lint-python lint-openapi lint-redocly lint-spectral lint-workflows ## lint the code, openapi.yaml, the workflows and links

lint-python: $(VENV)
	$(quietly) "ruff check" $(PY) -m ruff check --no-cache $(PYTHON_CODE)
	$(quietly) "ruff format --check" $(PY) -m ruff format --no-cache --check --diff $(PYTHON_CODE)

lint-openapi: $(VENV)
	$(quietly) "openapi-spec-validator" $(PY) -m openapi_spec_validator openapi.yaml

lint-redocly: $(NODE_TOOLS)
	$(call with-node,$(quietly) "redocly lint" $(NODE_BIN)/redocly lint --config tools/redocly.yaml openapi.yaml)

lint-spectral: $(NODE_TOOLS)
	$(call with-node,$(quietly) "spectral lint" \
	    $(NODE_BIN)/spectral lint --ruleset tools/spectral.yaml --fail-severity hint openapi.yaml)

lint-workflows: $(VENV)
	$(quietly) "check-jsonschema (workflows)" \
	    .venv/bin/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(quietly) "zizmor (workflows)" .venv/bin/zizmor --offline --no-progress $(WORKFLOWS)

format: $(VENV) ## format scripts, tests and templates
	@$(PY) -m ruff check --no-cache --fix --quiet $(filter-out generated,$(PYTHON_CODE)) || true
	@$(PY) -m ruff format --no-cache $(filter-out generated,$(PYTHON_CODE))

typecheck: typecheck-mypy typecheck-pyright typecheck-ty ## run mypy --strict, pyright (strict) and ty on the package and on user code

typecheck-mypy: package
	$(quietly) "mypy --strict" $(PY) -m mypy
	$(quietly) "mypy --strict (scripts)" $(PY) -m mypy --python-version 3.11 scripts

typecheck-pyright: package $(NODE_TOOLS)
	$(call with-node,$(quietly) "pyright (strict)" $(NODE_BIN)/pyright --warnings)

typecheck-ty: package
	$(quietly) "ty" .venv/bin/ty check --error-on-warning generated/acedata_responses tests/typing

# Each process has a range of the tests, so that what a session computes once is computed in one of them.
in_parallel := -n auto --dist worksteal

test: $(if $(VERSIONS),$(VERSIONS:%=test-on-%),test-here) ## run the tests (VERSIONS="3.10 3.13": on these Python versions)

test-here: package
	@$(PY) -m pytest -q $(in_parallel) $(ARGS)

test-on-%:
	@$(MAKE) .venvs/$*/$(INSTALLED)
	@echo "on Python $*:"
	@.venvs/$*/bin/python -m pytest -q $(in_parallel) $(ARGS)

SUPPORTED := 3.10 3.11 3.12 3.13

test-all: | $(UV_READY) ## run the tests on each installed Python version that is supported (SUPPORTED="3.10 3.13": only these)
	@for version in $(SUPPORTED); do \
	    if $(UV) python find --quiet $$version > /dev/null 2>&1; then $(MAKE) test-on-$$version || exit; \
	    else echo "skipped  Python $$version is not installed"; fi; \
	done

.PHONY: check verify format lint lint-python lint-openapi lint-redocly lint-spectral lint-workflows \
        typecheck typecheck-mypy typecheck-pyright typecheck-ty test test-here test-all
