##@ Ecosystem

ECOSYSTEM := .venvs/ecosystem/.made-from-$(call fingerprint,tools/ecosystem.txt)
# What a tracer has done to a process it leaves there, so each file has a process of its own.
ECOSYSTEM_TESTS := $(patsubst tests/ecosystem/%.py,ecosystem-%,$(sort $(wildcard tests/ecosystem/with_*.py)))

ecosystem: $(ECOSYSTEM_TESTS) ## the client with mocks, recorders, tracers, caches and other event loops around it

$(ECOSYSTEM_TESTS): ecosystem-%: .venvs/ecosystem/$(INSTALLED)
	$(quietly) "the client $(subst _, ,$*)" .venvs/ecosystem/bin/python -m pytest -q tests/ecosystem/$*.py $(ARGS)

$(ECOSYSTEM): | $(UV_READY)
	$(call environment,ecosystem,$(FITTING))
	@touch $@

.venvs/ecosystem/$(INSTALLED): $(ECOSYSTEM)
	@$(install-package)

.PHONY: ecosystem $(ECOSYSTEM_TESTS)
