##@ Maintenance

# uv resolves for all Python versions and systems at once.
lock: | $(UV_READY) ## resolve tools/requirements/*.in and tools/package.json again (UPGRADE=1: to newer versions)
	@cd tools/requirements && for name in development $(basename $(notdir $(wildcard tools/requirements/*.in))); do \
	    ../../.venvs/uv/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	        $(if $(UPGRADE),--upgrade) --no-header --no-emit-index-url --no-emit-find-links \
	        $$(case $$name in generation) echo "--constraints development.txt";; esac) \
	        --output-file $$name.txt $$name.in || exit; \
	done
	@cd tools && npm $(if $(UPGRADE),update,install) --package-lock-only --loglevel=error --no-progress > /dev/null
	@if grep -nE '://|file:' tools/requirements/*.txt || grep -n '"resolved"' tools/package-lock.json; then \
	    echo "a lock file contains the address of a registry: see above"; exit 1; \
	fi

.PHONY: lock
