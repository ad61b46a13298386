"""Pictures of surgical scenes: shapes, a small renderer, plots."""
