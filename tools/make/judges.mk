##@ Judges: checks by third-party programs

# The command line tools have their own environment, and so has the oldest openai package.
JUDGES := .venvs/judges/.made-from-$(call fingerprint,tools/requirements/judges.txt)
OLDEST := .venvs/openai-oldest/.made-from-$(call fingerprint,tools/requirements/openai-oldest.txt)
MARKDOWN := $(wildcard *.md templates/*.md) docs

$(JUDGES): | $(UV_READY)
	$(call environment,judges,$(FITTING))
	@touch $@

$(OLDEST): | $(UV_READY)
	$(call environment,openai-oldest,$(FITTING))
	@touch $@

judges: judge schemathesis clients decoders packaging coverage planted ## run all of the following

judge: package $(NODE_TOOLS) ## test the client with Prism, as a validating proxy and as a mock service
	$(call with-node,@$(PY) -m pytest -q tests/judges/prism.py $(ARGS))

schemathesis: package $(JUDGES) ## test the test server with Schemathesis, with valid and invalid requests
	$(quietly) "schemathesis run --checks all --mode all" $(PY) -m scripts.judges.service $(ARGS)

clients: package .venvs/openai-oldest/$(INSTALLED) ## call the test server with the openai package (newest and oldest) and acedatacloud
	@$(PY) -m pytest -q tests/judges/test_official_clients.py $(ARGS)
	@.venvs/openai-oldest/bin/python -m pytest -q tests/judges/test_official_clients.py $(ARGS)

decoders: package ## compare the event decoder with those of httpx-sse, openai and anthropic
	@$(PY) -m pytest -q tests/judges/test_event_decoders.py $(ARGS)

packaging: $(VENV) $(JUDGES) ## build the package, check it (twine, check-wheel-contents, pip-audit), and use it on Python 3.10 and 3.13
	@$(PY) -m scripts.judges.packaging

# Excluded because the tracer loses a thread when threads switch every microsecond.
UNTRACED := tests/client/test_client.py::test_threads_that_make_their_first_call_together_share_the_limits

coverage: package ## measure the branch coverage of the tests
	@rm -f .coverage .coverage.*
	$(quietly) "the test suite under coverage" $(PY) -m coverage run -m pytest --deselect $(UNTRACED) $(ARGS)
	$(quietly) "demo" $(PY) -m coverage run scripts/demo.py
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

planted: package $(NODE_TOOLS) $(JUDGES) ## plant a fault for each judge, and check that it is found
	@$(PY) -m pytest -q tests/judges/planted_faults.py $(ARGS)

check: judge
lint: lint-links

lint-links: $(NODE_TOOLS)
	$(call with-node,$(quietly) "remark (links in Markdown)" \
	    $(NODE_BIN)/remark --frail --quiet --no-stdout --rc-path tools/remark.json $(MARKDOWN))

.venvs/openai-oldest/$(INSTALLED): $(OLDEST)
	@$(install-package)

.PHONY: judges judge schemathesis clients decoders packaging coverage planted lint-links
