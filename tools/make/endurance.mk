##@ Endurance

MUTANTS := .venvs/mutants/.made-from-$(call fingerprint,tools/mutants.txt)

$(MUTANTS): | $(UV_READY)
	$(call environment,mutants,$(FITTING))
	@touch $@

soak: package ## 11,000 calls at 64 in flight with faults of every kind, about 2 minutes (QUICK=1: an eighth of it; KILLS=50: a program with a journal, killed so often)
	@$(PY) scripts/soak.py $(if $(QUICK),--quick) $(if $(KILLS),--kills $(KILLS)) $(ARGS)

fuzz: package ## many more examples of the tests in tests/fuzz (EXAMPLES=50000, ARGS=--hypothesis-seed=7)
	@$(if $(EXAMPLES),EXAMPLES=$(EXAMPLES)) $(PY) -m pytest -q -n auto --timeout 0 --hypothesis-profile fuzz \
	    tests/fuzz tests/runtime/test_sse_standard.py tests/judges/test_event_decoders.py $(ARGS)

mutants: package $(MUTANTS) ## change the retry rules, decoder and error map on purpose: do the tests notice? 10 minutes
	@$(PY) scripts/mutants.py .venvs/mutants/bin/mutmut $(ARGS)

.PHONY: soak fuzz mutants
