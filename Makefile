# One word for everything; `make` alone lists the words.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
BIN := $(CURDIR)/.venv/bin
PYTEST = $(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder
# Once more and alone: what failed only because both cores were busy passes, and is seen above as FAILED.
ALONE = $(BIN)/python -m pytest --last-failed --last-failed-no-failures=none
NODE = $$($(BIN)/python $(CURDIR)/tools/node.py)
say = @printf '── %s\n'
# The browser side's tests run beside pytest, whose tests wait for processes and browsers much of the time.
suites = $(MAKE) --no-print-directory tests-browser > $(CURDIR)/.tools/tests-browser 2>&1 & browser=$$!; wrong=0; \
	trap "kill $$browser" INT TERM; $(PYTEST) || { [ $$? -eq 1 ] && $(ALONE); } || wrong=1; wait $$browser || wrong=1; cat $(CURDIR)/.tools/tests-browser; exit $$wrong

help: ## list these words
	@sed -n 's/^\([a-z0-9]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: ## install everything that working on it needs
	@python=$$(sh tools/python.sh) && "$$python" tools/setup.py

use: ## install what running it needs
	@python=$$(sh tools/python.sh) && "$$python" tools/setup.py use

demo: use ## a sample shop in your browser, with simulated visitors
	@exec $(BIN)/dagnet-realtime demo

test: setup fresh static ## every check and every test
	$(say) 'Tests of the server, the commands and the whole program in Chromium (pytest), beside those of the browser side'
	@$(suites)

check: setup fresh static ## make test, and audits of every dependency
	$(say) 'Known vulnerabilities of Python packages (pip-audit)'
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/runtime.lock
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/docs.lock
	$(say) 'Known vulnerabilities of npm packages (npm audit)'
	@cd web && $$($(BIN)/python $(CURDIR)/tools/node.py npm) audit --omit=dev
	$(say) 'Tests of the server, the commands and the whole program in Chromium (pytest), beside those of the browser side'
	@$(suites)

fresh: setup ## are generated files as their sources say?
	$(say) 'Generated files are fresh (wire types, docs/reference/configuration.md, the function for Segment, the styles of React Flow)'
	@$(BIN)/python tools/wire_types.py --check
	@$(BIN)/python tools/reference.py --check
	@$(BIN)/python tools/function.py --check
	@$(BIN)/python tools/react_flow_css.py --check

static: setup ## lint and types, side by side on two cores
	@$(MAKE) --no-print-directory lint-browser > $(CURDIR)/.tools/lint-browser 2>&1 & browser=$$!; wrong=0; \
	$(MAKE) --no-print-directory lint-python types-python types-browser || wrong=1; \
	wait $$browser || wrong=1; cat $(CURDIR)/.tools/lint-browser; exit $$wrong

lint: setup lint-python lint-browser ## ruff, import-linter and oxlint

lint-python:
	$(say) 'Style (ruff)'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	$(say) 'Layers (import-linter)'
	@told=$$($(BIN)/lint-imports) || { echo "$$told"; exit 1; }

lint-browser:
	$(say) 'Style of the browser side (oxlint)'
	@cd web && $(NODE) node_modules/oxlint/bin/oxlint --max-warnings 0 --report-unused-disable-directives

types: setup types-python types-browser ## mypy and tsc

types-python:
	$(say) 'Types (mypy)'
	@$(BIN)/mypy --no-error-summary

types-browser:
	$(say) 'Types of the browser side (tsc)'
	@wrong=0; cd web; for project in engine expect package tsconfig.pages.json; do \
	$(NODE) node_modules/typescript/bin/tsc --noEmit -p $$project || wrong=1; done; exit $$wrong

unit: setup tests-browser ## vitest: the engine, the tap and the picture

tests-browser:
	$(say) 'Tests of the browser side (vitest)'
	@cd web && NO_COLOR=1 $(NODE) node_modules/vitest/vitest.mjs run --reporter=dot

web: unit ## the same as make unit

e2e: setup ## only the tests that drive a browser
	@$(PYTEST) -m e2e

proof: setup ## the long tests: attacks, deployments and faults that make test has no time for
	@PROOF=1 $(BIN)/python -m pytest -n 2 --dist=loadfile --no-loadscope-reorder

bench: setup ## benchmarks, each beside its baseline; ONLY="intake light" runs those
	@$(BIN)/python -m benchmarks $(ONLY)

fuzz: setup ## hostile input, for longer
	$(say) 'Every property for FUZZ_SECONDS (10, unless you say another), each time with other examples'
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-10} $(BIN)/python -m pytest -m 'not e2e'

soak: setup ## half an hour of visitors, viewers and mishaps; SOAK_MINUTES, SOAK_SEED and SOAK_RATE say otherwise
	@$(BIN)/python -m tests.soak

generate: setup ## write generated files anew
	@$(BIN)/python tools/wire_types.py
	@$(BIN)/python tools/reference.py
	@$(BIN)/python tools/function.py
	@$(BIN)/python tools/react_flow_css.py

docs: ## the documentation as a site, in dist/docs
	@python=$$(sh tools/python.sh) && "$$python" tools/documentation.py

build: use ## the interface into the package, and wheels and an sdist into dist/
	@$(BIN)/python -m hatchling build
	@$(BIN)/python tools/serverless_wheel.py

package: setup ## the npm package @dagnet-realtime/client, as a tarball in dist/
	@PATH="$$(dirname $(NODE)):$$PATH" $(NODE) web/package/pack.js dist/npm

extension: setup ## the browser extension, and how to load it
	@$(BIN)/python tools/extension.py

clean: ## remove everything that was made here
	@rm -rf .venv .tools dist web/node_modules src/dagnet_realtime/web/static test-results
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help setup use demo test check fresh static lint lint-python lint-browser types types-python types-browser unit tests-browser web e2e proof bench fuzz soak generate docs build package extension clean
