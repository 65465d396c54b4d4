# The environments of the targets. uv creates each from a lock file in tools/requirements/. A stamp file in the environment, written
# last, marks it as complete. Its name depends on the content of the lock file and on the path of the checkout, since
# environments cannot be moved.

fingerprint = $(firstword $(shell { pwd; cat $(1); } | cksum))

# Uses the interpreters on the PATH and those of pyenv, whose shims only run the selected one. The first python3 on the
# PATH is preferred.
USUAL = $(shell PATH="$(SELECTED)" python3 -c 'import sys; sys.version_info < (3, 11) or print(sys._base_executable)')
SELECTED := $(PATH)
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
unexport PYTHONHOME PYTHONPATH PYTHONOPTIMIZE
# The tests start hundreds of programs, each of which would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)
space := $(subst ,, )
export PATH := $(subst $(PYENV)/shims:,,$(PATH)):$(subst $(space),:,$(wildcard $(PYENV)/versions/3.[1-9][0-9]*/bin))
UV := .venvs/uv/bin/uv
UV_READY := .venvs/uv/.made-from-$(call fingerprint,tools/requirements/uv.txt)

$(UV_READY):
	@command -v python3 > /dev/null || { echo "python3 was not found: install Python 3.11 or newer"; exit 1; }
	@echo "setting up uv, which creates the environments"
	@python3 -m venv --clear .venvs/uv
	@.venvs/uv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --requirement tools/requirements/uv.txt
	@touch $@

# $(call environment,LOCK,PYTHON): create the environment in the folder of the target, which is a stamp
define environment
@echo "setting up $(@D): tools/requirements/$(1).txt"
@$(UV) venv --quiet $(if $(PYTHON),--clear,--allow-existing) --python "$(2)" $(@D) || { \
    echo "This needs Python $(subst >=3.11,3.11 or newer,$(2)). Install it, or say where: make PYTHON=/path/to/python3"; exit 1; }
@rm -f $(@D)/.made-* $(@D)/.installed-*
@$(UV) pip sync --python $(@D) --require-hashes tools/requirements/$(1).txt 2>&1 | grep -v '^ [-+~] ' # the list of packages
endef

# .venv is the main environment, with Python 3.11 or newer for the generator. At first it can only generate and run the
# package.
PY := .venv/bin/python
FITTING = $(or $(PYTHON),$(USUAL),>=3.11)
TOO_OLD := import sys; sys.exit("The generator needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)
WITH := $(if $(PYTHON),-with-$(subst /,-,$(PYTHON)))
VENV := .venv/.made-from-$(call fingerprint,tools/requirements/development.txt)$(WITH)
GENERATOR := .venv/.made-for-generation-$(call fingerprint,tools/requirements/generation.txt)$(WITH)

$(GENERATOR): | $(UV_READY)
	$(call environment,generation,$(FITTING))
	@$(PY) -c '$(TOO_OLD)'
	@touch $@ $(@:$(WITH)=)

$(VENV): | $(UV_READY)
	$(call environment,development,$(FITTING))
	@$(PY) -c '$(TOO_OLD)'
	@touch $@ $(@:$(WITH)=) $(GENERATOR) $(GENERATOR:$(WITH)=)

# .venvs/3.12 and so on are for the tests on other Python versions.
.venvs/%/.made-from-$(call fingerprint,tools/requirements/development.txt): | $(UV_READY)
	$(call environment,development,$*)
	@touch $@

# An editable install of the package in generated/, with its pytest plugin. Nothing is installed if generated/ is
# missing: run `make generate` first. The name of the stamp also depends on the pins, since make would otherwise accept
# the stamp of a missing environment.
VERSION_FILE := $(wildcard generated/acedata_responses/_version.py)
INSTALLED := .installed-$(call fingerprint,pyproject.toml $(VERSION_FILE) $(wildcard tools/requirements/*.txt))$(WITH)
PACKAGE := $(if $(VERSION_FILE),.venv/$(INSTALLED))

.venv/$(INSTALLED): $(VENV)
	@$(install-package)

.venvs/%/$(INSTALLED): .venvs/%/.made-from-$(call fingerprint,tools/requirements/development.txt)
	@$(install-package)

define install-package
rm -f $(@D)/.installed-* && $(UV) pip install --quiet --python $(@D) --offline --no-deps --no-build-isolation \
    --editable . && touch $@
endef

package: $(VENV) $(PACKAGE)
	@:

# Tools that need Node.js. Without it, the targets that use them report that they were skipped.
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
