"""The command `regnet-edu`: one module a family of commands."""

from .parser import main

__all__ = ["main"]
