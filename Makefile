# `make` lists the targets. Each target creates the environments that it needs, and updates them when the pins in tools/
# change. The most used targets are here, the others in tools/make/, one file for each group.
#
#   PYTHON=/path/to/python3    the interpreter for .venv, instead of the one that is found automatically
#   VERSIONS="3.10 3.13"       test: the Python versions to test on, each in its own environment
#   ARGS="..."                 test, demo, serve: additional arguments for the program

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := bash
.SHELLFLAGS := -o pipefail -c

include tools/make/environment.mk

##@ Everyday

help: ## show this list
	@awk -f tools/make/help.awk $(MAKEFILE_LIST)

setup: $(VENV) $(PACKAGE) $(NODE_TOOLS) ## create the environments (other targets do this when needed)
	@echo "ready: .venv$(if $(NODE), and tools/node_modules,; node and npm are not installed)"

generate: $(GENERATOR) ## generate generated/acedata_responses/ from openapi.yaml and templates/
	@$(PY) scripts/generate.py

all: ## generate, then test
	@$(MAKE) generate
	@$(MAKE) test

demo: $(GENERATOR) ## generate, verify, and call the test server (LIVE=1: the real service)
	@$(PY) scripts/generate.py
	@$(PY) scripts/generate.py --check
	@PYTHONPATH=generated $(PY) scripts/demo.py $(if $(LIVE),--live) $(ARGS)

serve: $(GENERATOR) ## run the test server, for manual calls
	@PYTHONPATH=generated $(PY) -m acedata_responses.testing $(ARGS)

clean: ## remove everything that make created, including the environments
	rm -rf .venv .venvs tools/node_modules build dist .coverage .coverage.* .hypothesis .*_cache
	find scripts templates tests tools generated -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup generate all demo serve clean

include $(filter-out tools/make/environment.mk,$(wildcard tools/make/*.mk))
