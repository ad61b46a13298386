"""A body in time: circulation, reflexes, gas exchange, breathing, blood, rhythm, in steps of a millisecond."""
