##@ Documentation

DOCS := .venvs/docs/.made-from-$(call fingerprint,tools/requirements/docs.txt)

docs: $(DOCS) ## build the documentation site in build/site; fails on broken links and references
	$(quietly) "mkdocs build --strict" env NO_MKDOCS_2_WARNING=1 .venvs/docs/bin/mkdocs build --quiet --strict --config-file tools/mkdocs.yml

$(DOCS): | $(UV_READY)
	$(call environment,docs,$(FITTING))
	@touch $@

.PHONY: docs
