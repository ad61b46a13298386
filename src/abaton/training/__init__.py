"""Training: virtual patients whose bodies answer, devices, scenarios, dialogue, scores. For learning, never for care."""
