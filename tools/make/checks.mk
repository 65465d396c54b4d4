##@ Checks

PYTHON_CODE := scripts tests templates generated examples
WORKFLOWS := $(wildcard .github/workflows/*.yml)
quietly := @tools/quietly

export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

check: verify lint typecheck test ## all of these: verify, lint, typecheck, test, judge (edits nothing)

verify: $(GENERATOR) ## fail unless generated/ is exactly what generation gives
	@$(PY) scripts/generate.py --check

lint: lint-python lint-openapi lint-redocly lint-spectral lint-workflows ## the linters, on code, openapi.yaml and workflows

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

format: $(VENV) ## put scripts, tests and templates into the form that lint wants
	@$(PY) -m ruff check --no-cache --fix --quiet $(filter-out generated,$(PYTHON_CODE)) || true
	@$(PY) -m ruff format --no-cache $(filter-out generated,$(PYTHON_CODE))

typecheck: typecheck-mypy typecheck-pyright typecheck-ty ## mypy --strict, pyright strict and ty, on the package and user code

typecheck-mypy: package
	$(quietly) "mypy --strict" $(PY) -m mypy
	$(quietly) "mypy --strict (scripts)" $(PY) -m mypy --python-version 3.11 scripts

typecheck-pyright: package $(NODE_TOOLS)
	$(call with-node,$(quietly) "pyright (strict)" $(NODE_BIN)/pyright --warnings)

typecheck-ty: package
	$(quietly) "ty" .venv/bin/ty check --error-on-warning generated/acedata_responses tests/typing

test: $(if $(VERSIONS),$(VERSIONS:%=test-on-%),test-here) ## the test suite (VERSIONS="3.10 3.13": on these Pythons)

test-here: package
	@$(PY) -m pytest -q -n auto $(ARGS)

test-on-%:
	@$(MAKE) .venvs/$*/$(INSTALLED)
	@echo "on Python $*:"
	@.venvs/$*/bin/python -m pytest -q -n auto $(ARGS)

SUPPORTED := 3.10 3.11 3.12 3.13

test-all: | $(UV_READY) ## the test suite on every supported Python that is on this machine (SUPPORTED="3.10 3.13": of these)
	@for version in $(SUPPORTED); do \
	    if $(UV) python find --quiet $$version > /dev/null 2>&1; then $(MAKE) test-on-$$version || exit; \
	    else echo "skipped  Python $$version is not installed"; fi; \
	done

.PHONY: check verify format lint lint-python lint-openapi lint-redocly lint-spectral lint-workflows \
        typecheck typecheck-mypy typecheck-pyright typecheck-ty test test-here test-all
