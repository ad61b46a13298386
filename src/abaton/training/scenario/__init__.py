"""Scenarios: their language, what makes one sound, how one is played, scored and talked through afterwards."""
