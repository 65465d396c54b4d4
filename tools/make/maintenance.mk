##@ Maintenance

# uv sees every Python and system at once.
lock: | $(UV_READY) ## resolve the pins anew: tools/*.in, tools/package.json (UPGRADE=1: newer versions)
	@cd tools && for name in development $(basename $(notdir $(wildcard tools/*.in))); do \
	    ../.venvs/uv/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	        $(if $(UPGRADE),--upgrade) --no-header --no-emit-index-url --no-emit-find-links \
	        $$(case $$name in generation) echo "--constraints development.txt";; esac) \
	        --output-file $$name.txt $$name.in || exit; \
	done
	@cd tools && npm $(if $(UPGRADE),update,install) --package-lock-only --loglevel=error --no-progress > /dev/null
	@if grep -nE '://|file:' tools/*.txt || grep -n '"resolved"' tools/package-lock.json; then \
	    echo "a lock names the place it was resolved at: see above"; exit 1; \
	fi

.PHONY: lock
