##@ Keeping up with the vendor

# FROM= is the source: a path, a URL, - for standard input, or `live` for the model list of the service.
# The default is the page on the vendor's website.

drift: package ## compare the vendor's page with openapi.yaml (FROM=page, FORMAT=json or markdown)
	@$(PY) scripts/drift.py $(if $(FORMAT),--format $(FORMAT)) $(if $(FROM),"$(FROM)") $(ARGS)

models: package ## update the model list, then generate and test (FROM=page, DRY_RUN=1, ALLOW_REMOVALS=1, MODELS_ONLY=1)
	@ALLOW_REMOVALS="$(ALLOW_REMOVALS)" MODELS_ONLY="$(MODELS_ONLY)" \
	    $(PY) scripts/models.py $(if $(DRY_RUN),--dry-run) $(if $(FROM),"$(FROM)") $(ARGS)

breaking: package $(NODE_TOOLS) ## check that the version and the changelog match the changes since the last tag (BASE=revision: since that)
	@$(PY) scripts/breaking.py $(BASE)

.PHONY: drift models breaking
