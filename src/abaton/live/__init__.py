"""The engine of a led room: experience, command, stop, wire, bus, recorder, replay."""
