##@ Documentation

DOCS := .venvs/docs/.made-from-$(call fingerprint,tools/docs.txt)

docs: $(DOCS) ## the documentation site in build/site, strict: no broken link or reference
	$(quietly) "mkdocs build --strict" env NO_MKDOCS_2_WARNING=1 .venvs/docs/bin/mkdocs build --quiet --strict --config-file tools/mkdocs.yml

$(DOCS): | $(UV_READY)
	$(call environment,docs,$(FITTING))
	@touch $@

.PHONY: docs
