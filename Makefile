# `make demo` runs the main job, `make test` runs every check; both set up what they need.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SAM := .venv-sam/bin

.PHONY: help demo serve test lint unit sam contract bench lock schemas clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/ready ## the main job, narrated
	@$(BIN)/fedbridge demo

serve: .venv/ready ## the whole bridge on a laptop, with the example trust documents
	@$(BIN)/fedbridge serve --trust examples/trust

test: lint unit ## every check

lint: .venv/ready ## style, types, layers, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml

unit: .venv/ready .venv-sam/ready ## the tests
	$(BIN)/pytest -n 2

.venv/ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv-sam/ready: requirements-sam.txt
	$(PYTHON) -m venv .venv-sam
	$(SAM)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sam.txt
	@touch $@

lock: ## compile the hash-locked requirements from pyproject.toml (needs uv)
	uv pip compile $(LOCK) pyproject.toml -o requirements.txt
	uv pip compile $(LOCK) pyproject.toml --extra admin -c requirements.txt -o requirements-admin.txt
	uv pip compile $(LOCK) pyproject.toml --all-extras --group dev -c requirements.txt -o requirements-dev.txt
	uv pip compile $(LOCK) --group sam -o requirements-sam.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

clean: ## remove what the targets made
	rm -rf .venv .venv-sam .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache build
