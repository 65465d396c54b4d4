##@ Beyond one machine

RAY := .venvs/ray/.made-from-$(call fingerprint,tools/requirements/ray.txt)

ray: .venvs/ray/$(INSTALLED) ## test the client in Ray Data, on a local cluster with workers that are killed
	@.venvs/ray/bin/python -m pytest -q tests/on_ray/with_printed_code.py tests/on_ray/with_ray_data.py $(ARGS)

$(RAY): | $(UV_READY)
	$(call environment,ray,$(FITTING))
	@touch $@

.venvs/ray/$(INSTALLED): $(RAY)
	@$(install-package)

.PHONY: ray
