"""Run the command line with ``python -m rag.cli``."""

from rag.cli.application import main

main()
