# `make demo` runs the main job, `make test` runs every check; both set up what they need.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SAM := .venv-sam/bin
FUZZ := .venv-fuzz/bin
ENGINE := .venv-engine/bin

.PHONY: help demo serve test quick lint unit packaging sam contract deployed race tenants interop interop-issuers console-test screenshots bench cost scale signals load fuzz faults lock schemas clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/ready ## the main job, narrated
	@$(BIN)/fedbridge demo

serve: .venv/ready ## the whole bridge on a laptop, with the example trust documents
	@$(BIN)/fedbridge serve --trust examples/trust --demo-tokens demo-tokens --admin-token-file admin.token --console

test: ## every check
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint .venv-sam/ready # what waits for downloads, beside what computes
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory packaging

quick: .venv/ready ## the unit suites
	$(BIN)/pytest tests/unit -n 2

lint: .venv/ready ## style, types, layers, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml infra/*.yaml

unit: .venv/ready .venv-sam/ready ## the tests
	$(BIN)/pytest -n 2 --dist worksteal # what is slow stands in one folder: the other worker takes half of it

packaging: .venv/ready ## the wheel with each extra alone, in an empty environment
	$(BIN)/pytest tests/packaging -n 2

contract: .venv/ready .venv-engine/ready ## the contract tests on MiniStack too, an open AWS engine
	$(BIN)/pytest tests/contract --ministack

# The tests stand on the deployment's internet themselves: see tests/deployed/internet.
deployed: .venv/ready .venv-sam/ready .venv-engine/ready ## the whole stack by sam deploy, on MiniStack, with IAM enforced
	@mkdir -p .aws-sam
	DEPLOYED_NAMES=$(CURDIR)/.aws-sam/names.json PYTHONPATH=tests/deployed/internet $(BIN)/pytest tests/deployed

RACES ?= 1000

race: .venv/ready .venv-engine/ready ## a thousand races of each kind for one-time things, fifty requests each
	$(BIN)/pytest tests/race -n 2 --trials $(RACES) --ministack

TENANT_STEPS ?= 5000

tenants: .venv/ready ## two hostile tenants write 5,000 times, and the third one notices nothing
	TENANT_STEPS=$(TENANT_STEPS) $(BIN)/pytest tests/property/test_hostile_tenants.py

# SPIRE is built from its sources, which takes a quarter of an hour: make interop ISSUERS=spire
# The Go clients and Dex take some minutes the first time: make interop ISSUERS="go-clients dex"
ISSUERS ?= oauth4webapi oidc-provider keycloak openid-client google-auth-library nimbus mock-oauth2-server go-oidc

interop: .venv/ready ## real identity providers and their tokens, on this machine (npm; Java 17 and mvn; go)
	-@$(BIN)/python -m tests.interop.install $(ISSUERS)
	$(BIN)/pytest tests/interop

interop-issuers: .venv/ready # succeeds if at least one of them could be installed
	@$(BIN)/python -m tests.interop.install $(ISSUERS)

console-test: .venv/browser ## the console in Debian's Chromium (apt-get install chromium), with axe-core (npm)
	npm ci --silent --prefix tests/browser/axe
	$(BIN)/pytest tests/browser

screenshots: .venv/browser ## pictures of the console for docs/console.md
	$(BIN)/python -m tests.browser.screenshots docs/console

.venv/browser: .venv/ready requirements-browser.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-browser.txt
	@touch $@

# --no-deps: the lock is whole, and older versions of pip do not find `pydantic[email]` in it.
.venv/ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv-sam/ready: requirements-sam.txt
	$(PYTHON) -m venv .venv-sam
	$(SAM)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-sam.txt
	@touch $@

.venv-engine/ready: requirements-engine.txt
	$(PYTHON) -m venv .venv-engine
	$(ENGINE)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-engine.txt
	@touch $@

# What `sam build` asks for, a target per function: its locked dependencies for Lambda's platform, and our code.
# What it is for, template.yaml says: its runtime, and the default of its parameter Architecture.
LAMBDA_ARCHITECTURE ?= $(shell sed -n '/^  Architecture:/,/Default:/s/^ *Default: //p' template.yaml)
LAMBDA_RUNTIME ?= $(shell sed -n '/^ *Runtime: python/{s///p;q;}' template.yaml)
LAMBDA_MACHINE = $(LAMBDA_ARCHITECTURE:arm64=aarch64)
LAMBDA = --python-version $(LAMBDA_RUNTIME) --implementation cp --only-binary=:all: \
	--platform manylinux_2_28_$(LAMBDA_MACHINE) --platform manylinux2014_$(LAMBDA_MACHINE)
LIBRARY := $(filter-out %/cli %/console %/local %/__pycache__,$(wildcard federation/*))
# Compiles what was copied: Lambda cannot write to its own folder, so it could not keep what it compiles.
LAMBDA_PYTHON ?= python$(LAMBDA_RUNTIME)
# The services we call: botocore describes every service of AWS in 19 MB.
SERVICES := dynamodb kms s3

build-TokenFunction build-IntrospectFunction build-RevokeFunction build-HealthFunction: requirements-token.txt
	$(install-locked)
	$(copy-code)
	$(drop-unused)

# What these four never load: a test compares. Powertools keeps its logger, cryptography needs cffi's backend alone.
UNUSED := cffi pycparser aws_lambda_powertools/event_handler $(addprefix federation/,admin admin_api archive client \
	documents insight issuer_keys keys pictures resource_server status)
USED_UTILITIES := __init__.py __pycache__ jmespath_utils

# Debugging symbols go where `strip` knows the architecture: a tenth of the whole.
define drop-unused
rm -rf $(addprefix $(ARTIFACTS_DIR)/,$(UNUSED)) $(ARTIFACTS_DIR)/*.dist-info/sboms
find $(ARTIFACTS_DIR)/aws_lambda_powertools/utilities -mindepth 1 -maxdepth 1 $(USED_UTILITIES:%=! -name %) -exec rm -r {} +
find $(ARTIFACTS_DIR) -name '*.pyi' -exec rm {} +
-find $(ARTIFACTS_DIR) -name '*.so' -exec strip --strip-unneeded {} + 2>/dev/null
endef

build-PublishFunction build-RotateFunction build-RefreshKeysFunction build-StatusFunction build-ArchiveFunction build-EventsFunction build-ProbeFunction build-ReconcileFunction: requirements.txt
	$(install-locked)
	$(copy-code)

build-AdminFunction: SERVICES += cloudwatch lambda logs
build-ReconcileFunction: SERVICES += cloudtrail logs
build-RotateFunction: SERVICES += resourcegroupstaggingapi
build-ApplyTrustFunction build-ConfirmTrustFunction build-AdminFunction build-FirstAdminFunction build-IssuerKeysFunction: requirements-admin.txt
	$(install-locked)
	$(copy-code)

build-NotifyFunction build-SignalsFunction: SERVICES := sns
build-NotifyFunction build-SignalsFunction: requirements.txt
	$(install-locked)
	$(copy-code)

# Installed and compiled once for all functions that need the same.
PACKAGES = $(CURDIR)/.aws-sam/packages/$(shell echo '$(LAMBDA)' | cat - $< | cksum | tr ' ' -)

define install-locked
test -d $(PACKAGES) || { \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile \
		$(LAMBDA) --target $(PACKAGES).$$$$ -r $< && \
	{ $(call compile,$(PACKAGES).$$$$,$(PACKAGES).$$$$); } && mv $(PACKAGES).$$$$ $(PACKAGES); }
cp -R $(PACKAGES)/. $(ARTIFACTS_DIR)
! test -d $(ARTIFACTS_DIR)/botocore || find $(ARTIFACTS_DIR)/botocore/data -mindepth 1 -maxdepth 1 -type d $(SERVICES:%=! -name %) -exec rm -r {} +
endef

define copy-code
mkdir -p $(ARTIFACTS_DIR)/federation
cp -R functions $(ARTIFACTS_DIR)
cp -R $(LIBRARY) $(ARTIFACTS_DIR)/federation
find $(OURS) -name __pycache__ -prune -exec rm -r {} +
$(call compile,$(ARTIFACTS_DIR),$(OURS))
endef

OURS = $(ARTIFACTS_DIR)/functions $(ARTIFACTS_DIR)/federation

# Of the first folder, what is in the others.
define compile
$(LAMBDA_PYTHON) -m compileall -q --invalidation-mode unchecked-hash -s $(1) -p /var/task $(2) \
	|| echo 'Without $(LAMBDA_PYTHON) every cold start compiles every module: a second or two.' >&2
endef

.venv-fuzz/ready: requirements-dev.txt requirements-fuzz.txt
	$(PYTHON) -m venv .venv-fuzz
	$(FUZZ)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	$(FUZZ)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-fuzz.txt
	@touch $@

LOAD_SECONDS ?= 600
LOAD_RATE ?= 100

load: .venv/ready ## two hundred connections of good callers, junk and a noisy client, while trust and keys change
	@$(BIN)/python -m benchmarks.load --seconds $(LOAD_SECONDS) --rate $(LOAD_RATE) --plots docs/plots

RUNS ?= 100000
SECONDS_EACH ?= 0
SEED ?= 0

fuzz: .venv-fuzz/ready ## every parser under atheris: RUNS of each, or SECONDS_EACH
	$(FUZZ)/python -m tests.fuzz --runs $(RUNS) --seconds $(SECONDS_EACH) --seed $(SEED) $(TARGETS)

DOUBLES ?= 2000
FAULTS_SECONDS ?= 0

faults: .venv/ready ## every fault at every call of the functions, then two at once
	$(BIN)/python -m tests.faults --doubles $(DOUBLES) --seconds $(FAULTS_SECONDS)

sam: .venv-sam/ready ## the SAM CLI in an environment of its own, for sam build and sam deploy

bench: .venv/ready ## what an exchange costs, beside what it may cost and beside peers, into docs/performance.md
	-@command -v npm >/dev/null && npm ci --silent --prefix benchmarks/jose && npm ci --silent --prefix benchmarks/peers
	@$(BIN)/python -m benchmarks

cost: .venv/ready ## what a million exchanges cost, from counted calls and the price table
	@$(BIN)/python -m benchmarks.cost

SEEDS ?= 20

signals: .venv/ready ## simulated months with planted attacks: what is found, what rings for nothing, into docs/signals.md
	@$(BIN)/python -m benchmarks.signals --seeds $(SEEDS) --write

MAPPINGS ?= 1000000

scale: .venv/ready .venv-engine/ready ## what a million mappings cost, on MiniStack
	@$(BIN)/python -m benchmarks.scale --mappings $(MAPPINGS)

schemas: .venv/ready ## the JSON Schemas of the trust documents, the pages about providers and metrics, the dashboard
	$(BIN)/python -m federation.documents.json_schemas infra/schemas
	$(BIN)/python -m federation.documents.provider_docs.folder docs/providers
	$(BIN)/python -m federation.admin_api.metrics_page docs/metrics.md
	$(BIN)/python -m federation.admin_api.insight_template infra/insight.yaml

lock: ## compile the hash-locked requirements from pyproject.toml (needs uv)
	uv pip compile $(LOCK) pyproject.toml --all-extras --group dev -o requirements-dev.txt
	uv pip compile $(LOCK) pyproject.toml --extra server -c requirements-dev.txt -o requirements.txt
	uv pip compile $(LOCK) pyproject.toml --extra server --extra admin -c requirements-dev.txt -o requirements-admin.txt
	uv pip compile $(LOCK) --group token -c requirements-dev.txt -o requirements-token.txt
	uv pip compile $(LOCK) --group browser -c requirements-dev.txt -o requirements-browser.txt
	uv pip compile $(LOCK) --group fuzz -o requirements-fuzz.txt
	uv pip compile $(LOCK) --group engine -o requirements-engine.txt
	uv pip compile $(LOCK) --group sam -o requirements-sam.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

clean: ## remove what the targets made
	rm -rf .venv .venv-sam .venv-engine .venv-fuzz .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache build
	rm -rf tests/interop/*/target tests/interop/*/node_modules tests/browser/axe/node_modules
