"""Skill, measured: what hands did, in numbers that can be computed again from the record."""
