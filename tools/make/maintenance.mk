##@ Maintenance

# uv only resolves here: it sees every Python and system at once, where pip sees its own. It needs no pin, the locks do.
lock: .venvs/uv/bin/uv ## resolve the pins anew: tools/*.in, tools/package.json (UPGRADE=1: newer versions)
	@cd tools && for name in $(basename $(notdir $(wildcard tools/*.in))); do \
	    ../$< pip compile --quiet --universal --python-version 3.10 --generate-hashes $(if $(UPGRADE),--upgrade) \
	        --no-header --no-emit-index-url --no-emit-find-links --output-file $$name.txt $$name.in || exit; \
	done
	@cd tools && npm $(if $(UPGRADE),update,install) --package-lock-only --loglevel=error --no-progress > /dev/null
	@if grep -nE '://|file:' tools/*.txt || grep -n '"resolved"' tools/package-lock.json; then \
	    echo "a lock names the place it was resolved at: see above"; exit 1; \
	fi

.venvs/uv/bin/uv:
	@python3 -m venv --clear .venvs/uv && .venvs/uv/bin/pip install --quiet --quiet --disable-pip-version-check uv

.PHONY: lock
