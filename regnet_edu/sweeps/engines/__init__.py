"""Who trains the networks of a sweep: worker processes on this machine, or a Ray cluster."""
