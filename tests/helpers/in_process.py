"""An engine that trains in this process, so that a test of a sweep need not start workers."""

import contextlib

from regnet_edu.common.environment import hardware
from regnet_edu.sweeps.engines.engine import Crew


class Here:
    """One network after the other, on the processor."""

    name, workers, threads, device = "here", 1, 1, "cpu"

    def check(self, regime):
        pass

    @contextlib.contextmanager
    def start(self, job):
        trainer = job.trainer(self.device, self.threads)
        yield Crew(1, hardware(), lambda tasks: map(trainer, tasks))
