##@ Keeping up with the vendor

# FROM= names the source: a path, a URL, - for standard input, or `live` for the service's own list of models.
# Without it the page is read at the vendor's address.

drift: package ## what the vendor's page says otherwise than openapi.yaml (FROM=page, FORMAT=json or markdown)
	@$(PY) scripts/drift.py $(if $(FORMAT),--format $(FORMAT)) $(if $(FROM),"$(FROM)") $(ARGS)

models: package ## take over the model list, to a tested client (FROM=page, DRY_RUN=1, ALLOW_REMOVALS=1, MODELS_ONLY=1)
	@ALLOW_REMOVALS="$(ALLOW_REMOVALS)" MODELS_ONLY="$(MODELS_ONLY)" \
	    $(PY) scripts/models.py $(if $(DRY_RUN),--dry-run) $(if $(FROM),"$(FROM)") $(ARGS)

breaking: package $(NODE_TOOLS) ## do version and changelog follow what changed? (BASE=revision, else the last version's tag)
	@$(PY) scripts/breaking.py $(BASE)

.PHONY: drift models breaking
