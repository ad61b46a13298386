"""Lets `python -m abaton.cli` do what `abaton` does."""

from abaton.cli.program import main

if __name__ == "__main__":  # a process that computes for the server imports this module again
    main()
