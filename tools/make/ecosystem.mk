##@ Ecosystem: tools that programs have around httpx

ECOSYSTEM := .venvs/ecosystem/.made-from-$(call fingerprint,tools/ecosystem.txt)
ECOSYSTEM_PY := .venvs/ecosystem/bin/python
# A tracer stays in its process for good, so each tool gets one of its own.
ECOSYSTEM_TESTS := $(sort $(wildcard tests/ecosystem/with_*.py))

ecosystem: $(ECOSYSTEM_TESTS:tests/ecosystem/%.py=ecosystem-%) ## mocks, recorders, tracers, other loops: the client in the midst of them

ecosystem-%: .venvs/ecosystem/$(INSTALLED)
	$(quietly) "$(subst _, ,$*)" $(ECOSYSTEM_PY) -m pytest -q tests/ecosystem/$*.py $(ARGS)

.venvs/ecosystem/.made-from-%:
	@$(ENVIRONMENT) --python "$(PYTHON)" $@ tools/ecosystem.txt

.venvs/ecosystem/$(INSTALLED): $(ECOSYSTEM)
	@$(install-package)

.PHONY: ecosystem
