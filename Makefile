# `make run` shows the product with a sample district; `make test` runs the whole check. Both do all set-up.
# The distribution's own Python where it is new enough: what servers run, and quicker than a plain build (docs/decisions/serving.md).
ifndef PYTHON
PYTHON := $(shell for python in /usr/bin/python3 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && exit; done; echo python3)
endif
SERVE ?= yes
TRACKER = .venv/bin/tracker
export PYTHON

.PHONY: run test lint venv check-venv lock pictures clean help

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: venv ## Set up, load the sample district on first use, take one claim to its voucher, serve (SERVE=no: do not)
	@$(TRACKER) sample
ifneq ($(SERVE),no)
	@$(TRACKER) serve
endif

test: check-venv ## Set up and run the whole check
	@scripts/check.sh

lint: check-venv ## Style, types and floors without the tests
	@scripts/check.sh lint

venv: ## Make .venv with what running needs
	@scripts/install_system.sh run
	@scripts/make_venv.sh run

check-venv: ## Make .venv with what the checks need
	@scripts/install_system.sh check
	@scripts/make_venv.sh check

lock: check-venv ## Pin and hash the newest versions of requirements*.in
	@scripts/lock.sh

pictures: check-venv ## Take the documents' pictures from the product itself
	@.venv/bin/python scripts/take_pictures.py

clean: ## Remove .venv and caches; data under var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
