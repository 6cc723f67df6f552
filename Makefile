# The course's commands. `make help` lists them; README.md explains them.
# Every command may be run again: what is already there is not made twice.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
OTHER  := .venv-jax/ready .venv-torch/ready
NB     ?=
JOBS   ?= 2
GPU    ?=
LINT    = $(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
NBVAL   = --nbval --nbval-current-env --nbval-cell-timeout 600

ifneq ($(GPU),)
export COURSE_BUDGET := gpu
NBVAL  += --nbval-sanitize-with tests/gpu_bands.cfg
endif

.PHONY: help lab test check run exercises grade measure data doctor clean
.SILENT:

help:  ## say what each command does
	sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

lab: data  ## open JupyterLab on the first notebook
	$(BIN)/python -m course.lab

test: data $(OTHER)  ## run every test, the notebooks included (on a GPU: GPU=1)
	$(LINT)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile
	$(BIN)/python -m pytest $(NBVAL) notebooks/[0-9]*.ipynb solutions/[0-9]*.ipynb

check: data  ## run the fast tests: style, floors, units, exercise banks
	$(LINT)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not slow"

run: data  ## run the lectures headless, HTML in build/ (one: NB=02)
	$(BIN)/python -m course.lectures $(NB)

exercises: $(READY)  ## generate notebooks/exercises/ from solutions/
	$(BIN)/python -m course.grading release

grade: $(READY)  ## grade SUBMISSIONS=folder of exercise NB=02 (without a folder: a sample class of 20)
	test -n "$(SUBMISSIONS)" || { rm -rf build/class && \
	  $(BIN)/python -m course.grading sample build/class --exercise $(or $(NB),02); }
	$(BIN)/python -m course.grading grade "$(or $(SUBMISSIONS),build/class)" --exercise $(or $(NB),02) --jobs $(JOBS)

measure: data  ## measure the claims of NB=02 again over five seeds
	$(BIN)/python -m course.claims measure $(NB)

data: $(READY)
	$(BIN)/python -m course.data

doctor: $(READY)  ## say what is wrong with this installation, and what to do
	$(BIN)/python -m course.doctor

clean:  ## remove the environments and everything built
	rm -rf $(VENV) $(VENV)-* build

$(READY): requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	  sys.exit(None if (3, 11) <= v <= (3, 13) else \
	  f"✗ This is Python {v[0]}.{v[1]}; the course needs 3.11, 3.12 or 3.13. " \
	  "Install one and run: make PYTHON=python3.11 lab")'
	echo "Installing the course into $(VENV) (once, a few minutes) …"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "✗ Python could not make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt -e . > build-pip.log 2>&1 || { \
	  tail -n 5 build-pip.log; \
	  echo "✗ Installing failed; the last lines are above, all of them in build-pip.log. Is there a network? Then run the same command again."; exit 1; }
	rm -f build-pip.log
	touch $@

$(OTHER): .venv-%/ready: tests/requirements-%.txt
	echo "Installing $* into $(@D) (once) …"
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install -q --disable-pip-version-check -r $< > build-pip.log 2>&1 || { \
	  tail -n 5 build-pip.log; echo "✗ Installing $* failed; see build-pip.log and run the same command again."; exit 1; }
	rm -f build-pip.log
	touch $@
