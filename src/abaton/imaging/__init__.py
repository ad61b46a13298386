"""MRI and CT in the round: import, store, segment, measure, plan, fly through. Not for primary diagnosis."""
