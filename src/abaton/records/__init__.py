"""Patients, sessions, consent, measures, audit and what is exported from them."""
