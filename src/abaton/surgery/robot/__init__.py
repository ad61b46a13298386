"""The patient-side arm: kinematics, teleoperation, tremor filters, velocity control."""
