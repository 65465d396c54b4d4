# `make` prints what there is to run. Each target sets up what it needs, once; a change of the pins in tools/ sets it up
# anew. The everyday targets are here, the others in tools/make/: one file for each group, found by itself.
#
#   PYTHON=/path/to/python3    the interpreter of .venv, when the one found by itself is not the one wanted
#   VERSIONS="3.10 3.13"       test: on these Pythons, each in an environment of its own
#   ARGS="..."                 test, demo, serve: further arguments for the program

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := bash
.SHELLFLAGS := -o pipefail -c

include tools/make/environment.mk

##@ Everyday

help: ## print this list
	@awk -f tools/make/help.awk $(MAKEFILE_LIST)

setup: $(VENV) $(PACKAGE) $(NODE_TOOLS) ## make the environments (every target does it by itself)
	@echo "ready: .venv$(if $(NODE), and tools/node_modules,; node and npm are not installed)"

generate: $(GENERATOR) ## openapi.yaml + templates/ -> generated/acedata_responses/
	@$(PY) scripts/generate.py

all: ## generate, then test
	@$(MAKE) generate
	@$(MAKE) test

demo: $(GENERATOR) ## generate, verify, then call the embedded service (LIVE=1: the real one)
	@$(PY) scripts/generate.py
	@$(PY) scripts/generate.py --check
	@PYTHONPATH=generated $(PY) scripts/demo.py $(if $(LIVE),--live) $(ARGS)

serve: $(GENERATOR) ## run the embedded service, for calls by hand
	@PYTHONPATH=generated $(PY) -m acedata_responses.testing $(ARGS)

clean: ## remove all that make has made, environments included
	rm -rf .venv .venvs tools/node_modules build dist .coverage .coverage.* .hypothesis .*_cache
	find scripts templates tests tools generated -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup generate all demo serve clean

include $(filter-out tools/make/environment.mk,$(wildcard tools/make/*.mk))
