# One command each; `make help` lists them. Everything happens in .venv, which the first command makes.
.DEFAULT_GOAL := help
.PHONY: help setup book serve lab test test-heavy lint format types bench gpu gpu-pack lighthouse notebooks figures fonts populations lock clean

VENV := .venv
PY := $(VENV)/bin/python
# The stamp carries the content of what was installed: change a requirement and the next command installs again.
READY := $(VENV)/ready-$(shell cat pyproject.toml requirements.txt requirements.lock tools/setup_env.sh | cksum | cut -d' ' -f1)
PORT ?= 8000
ARGS ?=

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY):
	@tools/setup_env.sh $(VENV) $@

setup: $(READY)  ## make .venv and install everything (the other commands do it by themselves)

book: $(READY)  ## build the whole HTML book, warnings as errors, and print where to open it
	@$(PY) tools/build_book.py

serve: book  ## build the book and serve it on http://127.0.0.1:8000 (PORT=... for another port)
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(READY)  ## open the chapters in JupyterLab (ARGS="--no-browser --port 8888" for other options of it)
	@$(PY) -m jupyterlab --notebook-dir book $(ARGS)

test: $(READY)  ## run the tests, two files at a time (ARGS="-k edf" for some of them)
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

test-heavy: $(READY)  ## run the slow tests too
	@$(PY) -m pytest -m "heavy or not heavy" $(ARGS)

lighthouse: $(READY)  ## measure five pages of the built book with Lighthouse (needs node and a browser)
	@$(PY) tools/lighthouse.py $(ARGS)

lint: $(READY)  ## look for mistakes and for unformatted files
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: $(READY)  ## format the code and mend what can be mended by itself
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: $(READY)  ## check the type annotations
	@$(PY) -m mypy

bench: $(READY)  ## compare with what a user would pick instead (benchmarks/)
	@for f in benchmarks/[a-z]*.py; do echo "== $$f"; $(PY) "$$f" || exit 1; done

gpu: $(READY)  ## with a GPU: prove that path, measure it and record populations in eight minutes (tools/gpu)
	@$(PY) tools/gpu/run.py $(ARGS)

gpu-pack: $(READY)  ## put beside the checkout what a GPU machine without network needs (ARGS="--data DIR")
	@$(PY) tools/gpu/pack.py $(ARGS)

notebooks: $(READY)  ## write every chapter as the notebook that Colab opens (book/*.ipynb)
	@$(PY) tools/write_notebooks.py

figures: $(READY)  ## draw the pictures of the README, of the opening page and of each chapter again
	@$(PY) tools/draw_opening.py
	@$(PY) tools/draw_headers.py

fonts: $(READY)  ## cut the book's typefaces down to its letters (needs npm, and pip's brotli)
	@$(PY) tools/subset_fonts.py

populations: $(READY)  ## record the populations of the study, or go on with them (ARGS="--data DIR --dry-run")
	@$(PY) tools/record_populations.py $(ARGS)

lock: $(READY)  ## write requirements.lock again with the newest versions that fit
	@$(PY) -m uv pip compile pyproject.toml --extra book --extra d2l --extra test --extra dev --universal --upgrade \
	  --fork-strategy fewest --python-version 3.11 --no-annotate --no-header --quiet --output-file build-lock.tmp >/dev/null
	@{ head -n 1 requirements.lock; cat build-lock.tmp; } > requirements.lock.new
	@mv requirements.lock.new requirements.lock && rm build-lock.tmp

clean:  ## remove what was built (the environment in .venv stays; rm -rf .venv removes that too)
	@rm -rf _build build dist artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
