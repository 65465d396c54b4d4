##@ Judges: programs written by others

# What is called from outside has an environment of its own, and so has the oldest openai package.
JUDGES := .venvs/judges/.made-from-$(call fingerprint,tools/judges.txt)
OLDEST := .venvs/openai-oldest/.made-from-$(call fingerprint,tools/openai-oldest.txt)
MARKDOWN := $(wildcard *.md templates/*.md)

$(JUDGES): | $(UV_READY)
	$(call environment,judges,$(FITTING))
	@touch $@

$(OLDEST): | $(UV_READY)
	$(call environment,openai-oldest,$(FITTING))
	@touch $@

judges: judge schemathesis clients decoders packaging coverage planted ## all of these

judge: package $(NODE_TOOLS) ## Prism between client and service as validating proxy, then as the service
	$(call with-node,@$(PY) -m pytest -q tests/judges/prism.py $(ARGS))

schemathesis: package $(JUDGES) ## Schemathesis on the embedded service: all checks, valid and invalid requests
	$(quietly) "schemathesis run --checks all --mode all" $(PY) -m scripts.judges.service $(ARGS)

clients: package .venvs/openai-oldest/$(INSTALLED) ## the openai package, newest and oldest, and acedatacloud on the service
	@$(PY) -m pytest -q tests/judges/test_official_clients.py $(ARGS)
	@.venvs/openai-oldest/bin/python -m pytest -q tests/judges/test_official_clients.py $(ARGS)

decoders: package ## the event decoders of httpx-sse, openai and anthropic on the streams that ours reads
	@$(PY) -m pytest -q tests/judges/test_event_decoders.py $(ARGS)

packaging: $(VENV) $(JUDGES) ## build, twine, check-wheel-contents, pip-audit; install and call on 3.10 and 3.13
	@$(PY) -m scripts.judges.packaging

# Left out: threads that switch each microsecond, at which the tracer loses one of them.
UNTRACED := tests/runtime/test_client.py::test_threads_that_make_their_first_call_together_share_the_limits

coverage: package ## the test suite with the branches of package and scripts that it goes through
	@rm -f .coverage .coverage.*
	$(quietly) "the test suite under coverage" $(PY) -m coverage run -m pytest --deselect $(UNTRACED) $(ARGS)
	$(quietly) "demo" $(PY) -m coverage run scripts/demo.py
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

planted: package $(NODE_TOOLS) $(JUDGES) ## a fault for each judge to find
	@$(PY) -m pytest -q tests/judges/planted_faults.py $(ARGS)

check: judge
lint: lint-links

lint-links: $(VENV)
	$(quietly) "links in Markdown" $(PY) -m scripts.judges.links $(MARKDOWN)

.venvs/openai-oldest/$(INSTALLED): $(OLDEST)
	@$(install-package)

.PHONY: judges judge schemathesis clients decoders packaging coverage planted lint-links
