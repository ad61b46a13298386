"""Sensors in, and what is computed from them: heart rate, beats, recorded streams."""
