# All of this also works by hand: see "Without make" in README.md.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test test-slow lint format workbooks bench bench-large bench-course bench-train docs docs-pictures mutants clean

demo: $(READY)
	@mkdir -p demo
	$(BIN)/xlcf inspect workbooks/top15.xlsx
	$(BIN)/xlcf fit workbooks/top15.xlsx -o demo/top15.fitted.xlsx

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

workbooks: $(READY)
	$(BIN)/python workbooks/build.py

bench: $(READY)
	$(BIN)/python benchmarks/objective.py

bench-large: $(READY)
	$(BIN)/python benchmarks/graft_large.py --write

bench-course: $(READY)
	$(BIN)/python benchmarks/course_settings.py $(RATINGS)

bench-train: $(READY)
	$(BIN)/python benchmarks/time_to_rmse.py $(RATINGS)
	$(BIN)/python benchmarks/training.py

docs: $(READY)
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[docs]"
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q

docs-pictures: $(READY)
	$(BIN)/python docs/pictures.py

# make mutants FOLDER=xlcf/solver COUNT=20 SEED=0
FOLDER ?= xlcf/fitting
COUNT  ?= 20
SEED   ?= 0
mutants: $(READY)
	$(BIN)/python tools/mutants.py $(FOLDER) --count $(COUNT) --seed $(SEED)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist site demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
