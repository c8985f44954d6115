# Set-up, tests and the chat. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
INDEX := index/default
ORDER ?= 1
PDF = $(DATA)/kgrag_sec10q/pdfs

.PHONY: help install chat test test-cluster check eval bench bench-large bench-cluster plan corpus screenshots clean load

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP) ## set up .venv with everything pinned, and the command rag

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Footnote needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing). Set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing: install it (Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV); the first time takes some minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[development]'
	@touch $(STAMP)

chat: install ## index corpus/ and open the chat on http://127.0.0.1:7860
	@$(BIN)/rag index corpus --index $(INDEX)
	@$(BIN)/rag chat --index $(INDEX)

test: install ## every test, shuffled by ORDER=NUMBER
	@$(BIN)/python tests/install_browser.py
	@$(BIN)/python -m pytest --randomly-seed=$(ORDER)

test-cluster: install ## only the tests with two Ray nodes and with PostgreSQL servers
	@$(BIN)/python -m pytest tests/cluster tests/test_operating.py tests/test_postgres.py tests/cli/test_postgres.py tests/contract

check: install ## format, lint, types and the fast tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -m "not slow and not browser"

corpus: install ## write the PDF and Word files of corpus/ again
	@$(BIN)/python docs/corpus/make_corpus.py

bench: install ## measure speed against the baselines; DATA=folder of the public sets, PDF=of company reports
	@$(BIN)/python eval/benchmarks/speed.py --data "$(DATA)" --passages 400 --warm-passages 10000
	@$(BIN)/python eval/benchmarks/tables.py
	@$(BIN)/python eval/benchmarks/stages.py --data "$(DATA)" --pdf "$(PDF)"
	@$(BIN)/python eval/benchmarks/loading.py corpus $(wildcard $(PDF)) --manuscripts docs/corpus/sources
	@$(BIN)/python eval/benchmarks/growth.py --data "$(DATA)"
	@$(BIN)/python eval/benchmarks/updating.py --data "$(DATA)" --made-up-churn
	@$(BIN)/python eval/benchmarks/rivals.py --data "$(DATA)"
	@$(BIN)/python eval/benchmarks/speed_tables.py

bench-large: install ## the same costs with a million passages; needs 8 GB of disk and an hour
	@$(BIN)/python eval/benchmarks/growth.py --data "$(DATA)" --sizes 1000000
	@$(BIN)/python eval/benchmarks/speed_tables.py

bench-cluster: install ## measure two Ray nodes, PostgreSQL and copying, and plan from that
	@$(BIN)/python eval/benchmarks/cluster.py --data "$(DATA)"
	@$(MAKE) --no-print-directory plan

plan: install ## compute time and cost of large libraries from what bench-cluster measured
	@$(BIN)/python eval/benchmarks/planning.py
	@$(BIN)/python eval/benchmarks/cluster_tables.py

eval: install ## measure everything that eval/README.md tells; DATA=public sets SEEDS=the five texts
	@$(BIN)/python eval/benchmarks/accuracy.py --data "$(DATA)" $(if $(SEEDS),--seeds "$(SEEDS)")
	@if [ -d "$(DATA)/squad11_train" ]; then $(MAKE) --no-print-directory bench DATA="$(DATA)"; fi
	@$(BIN)/python eval/benchmarks/tables.py

screenshots: install ## make the README's pictures of the chat again
	@$(BIN)/python docs/make_pictures.py

load: install ## let 32 people ask the chat at once for a minute
	@$(BIN)/rag index corpus --index $(INDEX)
	@$(BIN)/python eval/benchmarks/load.py --index $(INDEX)

clean: ## remove .venv and built indexes
	@rm -rf $(VENV) $(INDEX)
