##@ Endurance

MUTANTS := .venvs/mutants/.made-from-$(call fingerprint,tools/requirements/mutants.txt)

$(MUTANTS): | $(UV_READY)
	$(call environment,mutants,$(FITTING))
	@touch $@

soak: package ## make 11,000 calls, 64 in flight, with faults of all kinds; 2 minutes (QUICK=1: an eighth; KILLS=50: kill a program with a journal 50 times instead)
	@$(PY) scripts/soak.py $(if $(QUICK),--quick) $(if $(KILLS),--kills $(KILLS)) $(ARGS)

fuzz: package ## run the tests in tests/fuzz with many more examples (EXAMPLES=50000, ARGS=--hypothesis-seed=7)
	@$(if $(EXAMPLES),EXAMPLES=$(EXAMPLES)) $(PY) -m pytest -q $(in_parallel) --timeout 0 --hypothesis-profile fuzz \
	    tests/fuzz tests/sse/test_sse_standard.py tests/judges/test_event_decoders.py $(ARGS)

mutants: package $(MUTANTS) ## mutation tests of the retry rules, the event decoder and the error classes; 10 minutes
	@$(PY) scripts/mutants.py .venvs/mutants/bin/mutmut $(ARGS)

.PHONY: soak fuzz mutants
