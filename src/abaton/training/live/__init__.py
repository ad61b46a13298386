"""The bedside in a terminal, in real time: a monitor with waves, orders typed in, devices."""
