"""Settings, ids, clock, units and errors: what every layer stands on."""
