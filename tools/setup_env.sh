#!/bin/sh
# Usage: tools/setup_env.sh VENV STAMP
# Makes the virtual environment VENV, installs requirements.txt in the versions of requirements.lock, and writes STAMP.
set -eu
venv=$1
stamp=$2

# The first Python on the PATH that is new enough and can make environments; PYTHON=... goes before all.
for python in ${PYTHON:-} python3 python python3.13 python3.12 python3.11; do
    "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
    python=
done
if [ -z "$python" ]; then
    echo "No Python 3.11 or newer with venv and ensurepip was found; install one (on Debian and Ubuntu: apt install" \
        "python3 python3-venv) or name it: make PYTHON=/path/to/python3" >&2
    exit 1
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    echo "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
py=$venv/bin/python

# uv installs in a quarter of the time. It does not read pip's configuration, so where it fails pip does the work.
echo "Installing the packages (about 6 GB with the default torch; some minutes)"
if ! { "$py" -m pip install --quiet --disable-pip-version-check uv &&
    "$py" -m uv pip install --quiet --python "$py" -r requirements.txt -c requirements.lock; }; then
    echo "uv could not install them; trying pip"
    "$py" -m pip install --quiet --disable-pip-version-check -r requirements.txt -c requirements.lock
fi

# uv writes no bytecode, and where PYTHONDONTWRITEBYTECODE is set, as in many containers, Python writes none either. Then
# every worker, kernel and test would compile torch again, which takes longer than all else in its start.
env -u PYTHONDONTWRITEBYTECODE "$py" -W ignore -c '
import contextlib, importlib
for name in (
    "torch.distributed.run torchvision torch.utils.data pandas scipy.stats scipy.optimize matplotlib.pyplot jinja2.ext "
    "IPython ipykernel.kernelapp ipywidgets anywidget myst_nb sphinx.application jupyter_book jupytext ray optuna pyarrow "
    "hypothesis playwright.sync_api _pytest.assertion xdist"
).split():
    with contextlib.suppress(Exception):
        importlib.import_module(name)
' >/dev/null 2>&1 || true

rm -f "$venv"/ready-*
touch "$stamp"
