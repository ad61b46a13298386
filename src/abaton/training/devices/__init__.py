"""Devices at the bedside as state machines: monitor, defibrillator, infusion pump, ventilator.

Every device is a frozen struct, and two pure functions move it: `command(device, name, arguments, context)` for what a
person does to it, `after(device, seconds, context)` for time. Both return the device and what happened, as data; who
runs the patient applies that. `fault(device, name, present)` breaks and mends.
"""
