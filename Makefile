# The course's commands. Each installs what it needs first, into .venv, and skips what is up to date.

.PHONY: help course test check book pdf grade serve lab formgrader install clean
.NOTPARALLEL:
unexport PYTHONPATH PYTHONHOME

CLASS = _build/sample_class
LINT = { .venv/bin/ruff format --check . && .venv/bin/ruff check .; }
HERE = PATH="$$PWD/.venv/bin:$$PATH"

help: ## list these commands
	@sed -n 's/^\([a-z]*\):[a-z ]*## \(.*\)/make \1: \2/p' Makefile

course: install ## install, build the book, release the exercises, grade the sample class
	@$(HERE) .venv/bin/bpkit course

test: install ## run everything that is tested: format, lint, and the whole suite
	@tidy=0; $(LINT) || tidy=1; $(HERE) .venv/bin/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder && exit $$tidy

check: install ## run the quick tests, before a commit: format, lint, and what is not marked slow
	@$(LINT) && $(HERE) .venv/bin/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow"

book: install ## build the book into _build/html
	@$(HERE) .venv/bin/bpkit book

pdf: install ## print the book as one PDF, into _build/pdf
	@$(HERE) .venv/bin/bpkit book --pdf

grade: install ## grade what lies in submitted/ for one problem set: make grade SET=ps05_backprop
	@$(HERE) .venv/bin/bpkit grade $(SET)

serve: install ## show the book and the reports in a browser, on this machine only
	@$(HERE) .venv/bin/bpkit serve

lab: install ## open the exercises in JupyterLab
	@$(HERE) .venv/bin/jupyter lab exercises

formgrader: install ## open the sample class in nbgrader's formgrader; for your own: CLASS=.
	@test -d "$(CLASS)" || { echo "There is no class in $(CLASS) yet. Run: make course" >&2; exit 1; }
	@$(HERE) && cd "$(CLASS)" && export PATH JUPYTER_CONFIG_PATH="$$OLDPWD" && \
	    jupyter lab --LabApp.default_url=/formgrader

install: ## make or complete the environment .venv, pinned by constraints.txt
	@for python in python3 python3.13 python3.12 python3.11 "$$PYTHON"; do \
	    if "$$python" -c "import sys; sys.exit(sys.version_info < (3, 6))" 2>/dev/null; then \
	        exec "$$python" -I bpkit/bootstrap.py; \
	    fi; \
	done; \
	echo "The course needs Python 3.11 or newer, and there is no python3 on PATH." \
	    "Install one (Debian and Ubuntu: sudo apt install python3 python3-venv;" \
	    "macOS: brew install python@3.13), then run the same command again." >&2; \
	exit 1

clean: ## remove what can be made again, .venv and _build; the rest, your class's grades too, stays
	rm -rf .venv _build
