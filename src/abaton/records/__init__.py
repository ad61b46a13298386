"""Patients, consent, screening, sessions, notes, measures, audit: the clinical record and its exports."""
