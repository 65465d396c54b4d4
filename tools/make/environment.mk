# What the targets run in: environments that uv makes, each from one lock in tools/. A stamp is named after the content of
# the lock (and the place of the checkout, since environments cannot be moved) and lies in what it vouches for. It is
# written last, so that half an environment never has one.

fingerprint = $(firstword $(shell { pwd; cat $(1); } | cksum))

# Interpreters are those on the PATH and those of pyenv, whose shims run only what is selected. The first python3 comes
# first.
USUAL = $(shell PATH="$(SELECTED)" python3 -c 'import sys; sys.version_info < (3, 11) or print(sys._base_executable)')
SELECTED := $(PATH)
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
unexport PYTHONHOME PYTHONPATH PYTHONOPTIMIZE
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)
space := $(subst ,, )
export PATH := $(subst $(PYENV)/shims:,,$(PATH)):$(subst $(space),:,$(wildcard $(PYENV)/versions/3.[1-9][0-9]*/bin))
UV := .venvs/uv/bin/uv
UV_READY := .venvs/uv/.made-from-$(call fingerprint,tools/uv.txt)

$(UV_READY):
	@command -v python3 > /dev/null || { echo "There is no python3 here: install Python 3.11 or newer"; exit 1; }
	@echo "setting up uv, which makes the environments"
	@python3 -m venv --clear .venvs/uv
	@.venvs/uv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --requirement tools/uv.txt
	@touch $@

# $(call environment,LOCK,PYTHON): in the folder of the target, a stamp
define environment
@echo "setting up $(@D): tools/$(1).txt"
@$(UV) venv --quiet $(if $(PYTHON),--clear,--allow-existing) --python "$(2)" $(@D) || { \
    echo "This needs Python $(subst >=3.11,3.11 or newer,$(2)). Install it, or say where: make PYTHON=/path/to/python3"; exit 1; }
@rm -f $(@D)/.made-* $(@D)/.installed-*
@$(UV) pip sync --python $(@D) --require-hashes tools/$(1).txt 2>&1 | grep -v '^ [-+~] ' # the list of packages
endef

# .venv is for everything; the generator needs Python 3.11. At first it has only what generates and runs the package.
PY := .venv/bin/python
FITTING = $(or $(PYTHON),$(USUAL),>=3.11)
TOO_OLD := import sys; sys.exit("The generator needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)
WITH := $(if $(PYTHON),-with-$(subst /,-,$(PYTHON)))
VENV := .venv/.made-from-$(call fingerprint,tools/development.txt)$(WITH)
GENERATOR := .venv/.made-for-generation-$(call fingerprint,tools/generation.txt)$(WITH)

$(GENERATOR): | $(UV_READY)
	$(call environment,generation,$(FITTING))
	@$(PY) -c '$(TOO_OLD)'
	@touch $@ $(@:$(WITH)=)

$(VENV): | $(UV_READY)
	$(call environment,development,$(FITTING))
	@$(PY) -c '$(TOO_OLD)'
	@touch $@ $(@:$(WITH)=) $(GENERATOR) $(GENERATOR:$(WITH)=)

# .venvs/3.12 and the like are for the test suite on other Pythons.
.venvs/%/.made-from-$(call fingerprint,tools/development.txt): | $(UV_READY)
	$(call environment,development,$*)
	@touch $@

# The package itself, importable from generated/ as it stands there, with its pytest plug-in as users get it.
# Where there is none yet (or any more) there is nothing to install: `make generate` comes first. The name of its stamp
# holds the pins too: make takes a stamp of an environment that is missing for one that was done with.
VERSION_FILE := $(wildcard generated/acedata_responses/_version.py)
INSTALLED := .installed-$(call fingerprint,pyproject.toml $(VERSION_FILE) $(wildcard tools/*.txt))$(WITH)
PACKAGE := $(if $(VERSION_FILE),.venv/$(INSTALLED))

.venv/$(INSTALLED): $(VENV)
	@$(install-package)

.venvs/%/$(INSTALLED): .venvs/%/.made-from-$(call fingerprint,tools/development.txt)
	@$(install-package)

define install-package
rm -f $(@D)/.installed-* && $(UV) pip install --quiet --python $(@D) --offline --no-deps --no-build-isolation \
    --editable . && touch $@
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
