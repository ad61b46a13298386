"""History taking: a learner asks a virtual patient in free English; only what the scenario's author wrote is told."""
