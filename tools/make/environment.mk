# What the targets run in. A stamp is named after the content of its pins (and the place of the checkout, since
# environments cannot be moved), whatever git and the clock did to the times of the files. It is written last and lies in
# what it vouches for, so that half an environment never has one.

fingerprint = $(firstword $(shell { pwd; cat $(1); } | cksum))
ENVIRONMENT = $(or $(shell command -v python3),$(PYTHON),$(error There is no python3 here: install Python 3.11 \
    or newer, or say where it is: make PYTHON=/path/to/python3)) tools/environment.py
PINS := $(call fingerprint,tools/development.txt)

# .venv is for everything; the generator needs Python 3.11.
PY := .venv/bin/python
WITH := $(if $(PYTHON),-with-$(subst /,-,$(PYTHON)))
VENV := .venv/.made-from-$(PINS)$(WITH)

$(VENV):
	@$(ENVIRONMENT) --lowest 3.11 --python "$(PYTHON)" $@ tools/development.txt
	@touch .venv/.made-from-$(PINS)

# .venvs/3.12 and the like are for the test suite on other Pythons.
.venvs/%/.made-from-$(PINS):
	@$(ENVIRONMENT) --python $* $@ tools/development.txt

# The package itself, importable from generated/ as it stands there, with its pytest plug-in as users get it.
# Where there is none yet (or any more) there is nothing to install: `make generate` comes first. The name of its stamp
# holds the pins too: make takes a stamp of an environment that is missing for one that was done with.
VERSION_FILE := $(wildcard generated/acedata_responses/_version.py)
INSTALLED := .installed-$(call fingerprint,pyproject.toml $(VERSION_FILE) $(wildcard tools/*.txt))$(WITH)
PACKAGE := $(if $(VERSION_FILE),.venv/$(INSTALLED))

.venv/$(INSTALLED): $(VENV)
	@$(install-package)

.venvs/%/$(INSTALLED): .venvs/%/.made-from-$(PINS)
	@$(install-package)

define install-package
rm -f $(@D)/.installed-* && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check \
    --root-user-action=ignore --no-index --no-deps --no-build-isolation --editable . && touch $@
endef

package: $(VENV) $(PACKAGE)
	@:

# Node's tools. Where node is missing, what needs it says that it was skipped.
NODE := $(and $(shell command -v node),$(shell command -v npm))
NODE_BIN := tools/node_modules/.bin
NODE_PINS := $(call fingerprint,tools/package-lock.json tools/package.json tools/.npmrc)
NODE_TOOLS := $(if $(NODE),tools/node_modules/.made-from-$(NODE_PINS))
with-node = $(if $(NODE),$(1),@echo "skipped  $(@:lint-%=%): node and npm are not installed")

tools/node_modules/.made-from-$(NODE_PINS):
	@echo "setting up tools/node_modules: tools/package-lock.json"
	@cd tools && npm ci --loglevel=error --no-progress > /dev/null
	@touch $@

.PHONY: package
.SECONDARY:
