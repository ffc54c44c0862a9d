"""One worker process of the local engine: `python -m regnet_edu.sweeps.engines`."""

from .worker import main

main()
