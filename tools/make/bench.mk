##@ Benchmark

# Each client has an environment of its own, so that none pays for what another needs, made from: its name=lock.
MEASURED := httpx=runtime stock=runtime ours=runtime acedatacloud=bench-acedatacloud openai=bench-openai \
    picture=bench-picture
BENCH_ENVIRONMENTS :=

define bench-environment
BENCH_ENVIRONMENTS += .venvs/bench-$(1)/.made-from-$(call fingerprint,tools/$(2).txt)
.venvs/bench-$(1)/.made-from-$(call fingerprint,tools/$(2).txt): | $$(UV_READY)
	$$(call environment,$(2),$$(FITTING))
	@touch $$@
endef

$(foreach pair,$(MEASURED),$(eval $(call bench-environment,$(firstword $(subst =, ,$(pair))),$(lastword $(subst =, ,$(pair))))))

bench: package $(BENCH_ENVIRONMENTS) ## measure the client beside others (QUICK=1: less of it, and nothing is written)
	@$(PY) scripts/benchmark.py $(if $(QUICK),--quick) $(ARGS)
	@.venvs/bench-picture/bin/python -m scripts.measuring.picture tools/bench

.PHONY: bench
