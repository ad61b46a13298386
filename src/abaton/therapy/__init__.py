"""Therapy: graded exposure and other treatments, led live by a clinician."""
