"""Chest compressions and breaths: found in a stream of positions, and scored by a published function."""
