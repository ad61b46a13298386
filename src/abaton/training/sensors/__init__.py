"""Signals as sensors at the bed give them, with their delays and failures."""
