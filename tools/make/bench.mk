##@ Benchmark

# Each client has its own environment, so that it has no dependencies of the others, as name=lock.
MEASURED := httpx=runtime stock=runtime ours=runtime acedatacloud=bench-acedatacloud openai=bench-openai \
    picture=bench-picture
BENCH_ENVIRONMENTS :=

define bench-environment
BENCH_ENVIRONMENTS += .venvs/bench-$(1)/.made-from-$(call fingerprint,tools/requirements/$(2).txt)
.venvs/bench-$(1)/.made-from-$(call fingerprint,tools/requirements/$(2).txt): | $$(UV_READY)
	$$(call environment,$(2),$$(FITTING))
	@touch $$@
endef

$(foreach pair,$(MEASURED),$(eval $(call bench-environment,$(firstword $(subst =, ,$(pair))),$(lastword $(subst =, ,$(pair))))))

bench: package $(BENCH_ENVIRONMENTS) ## compare the speed and memory of the client with others (QUICK=1: measure less, write no results)
	@$(PY) scripts/benchmark.py $(if $(QUICK),--quick) $(ARGS)
	@.venvs/bench-picture/bin/python -m scripts.benchmarking.picture tools/bench

.PHONY: bench
