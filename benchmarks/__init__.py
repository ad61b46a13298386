"""Figures, each made by a program that anyone can run: `python -m benchmarks.NAME`."""
