"""A bar in a log file says something now and then, not at every image."""

import subprocess
import sys

PROGRAM = """
import time
from regnet_edu.common.progress import progress_bar
for _ in progress_bar(range(3000), unit=" images"): time.sleep(0.0005)
"""


def test_a_bar_in_a_log_is_rare():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=100, check=True)
    assert 1 <= run.stderr.count("images/s") <= 3  # it begins and ends, and 1.5 seconds or a stall of the machine pass
