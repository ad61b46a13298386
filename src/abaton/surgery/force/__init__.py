"""Force that a hand feels: the 1 kHz loop, devices, pulses, pseudo-haptics, needle and burr."""
