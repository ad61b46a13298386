"""Lets `python -m abaton.cli` do what `abaton` does."""

from abaton.cli.program import main

main()
