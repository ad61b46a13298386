"""Tissue that pushes back, a robot that helps, skill that is measured."""
