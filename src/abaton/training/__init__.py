"""Training: virtual patients whose bodies answer, devices, scenarios, dialogue, scores. Never for care."""
