"""The command line: parse, one call, present.

`rag --help` shows the commands. Nothing heavy is imported until a command needs it.
"""

from rag.cli.application import app, main

__all__ = ["app", "main"]
