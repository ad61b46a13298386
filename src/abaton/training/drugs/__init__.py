"""Drugs: what is known of them, where they go in a body, what they do there, and how they are ordered."""
