"""The command `abaton`: serve, demo, replay, export, verify, doctor."""

from abaton.cli.program import app, main

__all__ = ["app", "main"]
