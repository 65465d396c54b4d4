##@ Endurance

MUTANTS := .venvs/mutants/.made-from-$(call fingerprint,tools/mutants.txt)

$(MUTANTS):
	@$(ENVIRONMENT) --lowest 3.11 --python "$(PYTHON)" $@ tools/mutants.txt

soak: package ## 11,000 calls at 64 in flight with faults of every kind, about 2 minutes (QUICK=1: an eighth of it)
	@$(PY) scripts/soak.py $(if $(QUICK),--quick) $(ARGS)

fuzz: package ## random and mutated bytes at all that reads the service's bytes (ARGS="--seconds 600")
	@$(PY) scripts/fuzz.py $(ARGS)

mutants: package $(MUTANTS) ## change the retry rules, decoder and error map on purpose: do the tests notice? 10 minutes
	@$(PY) scripts/mutants.py .venvs/mutants/bin/mutmut $(ARGS)

.PHONY: soak fuzz mutants
