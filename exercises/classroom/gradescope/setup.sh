#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built. Put the package's wheel beside this file.
set -euo pipefail
apt-get update && apt-get install -y python3 python3-pip
python3 -m pip install --break-system-packages /autograder/source/regnet_edu-*.whl
