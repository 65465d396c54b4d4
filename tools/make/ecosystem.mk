##@ Ecosystem

ECOSYSTEM := .venvs/ecosystem/.made-from-$(call fingerprint,tools/requirements/ecosystem.txt)
# Tracers patch the process permanently, so each file runs in its own process.
ECOSYSTEM_TESTS := $(patsubst tests/ecosystem/%.py,ecosystem-%,$(sort $(wildcard tests/ecosystem/with_*.py)))

ecosystem: $(ECOSYSTEM_TESTS) ## test the client with mocks, recorders, tracers, caches and other event loops

$(ECOSYSTEM_TESTS): ecosystem-%: .venvs/ecosystem/$(INSTALLED)
	$(quietly) "the client $(subst _, ,$*)" .venvs/ecosystem/bin/python -m pytest -q tests/ecosystem/$*.py $(ARGS)

$(ECOSYSTEM): | $(UV_READY)
	$(call environment,ecosystem,$(FITTING))
	@touch $@

.venvs/ecosystem/$(INSTALLED): $(ECOSYSTEM)
	@$(install-package)

.PHONY: ecosystem $(ECOSYSTEM_TESTS)
