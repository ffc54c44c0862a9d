"""One file an exercise: its task, its parts and its hints."""
