"""Board, pegs, rings and tips of the peg transfer; metres and newtons."""

import numpy as np

LEFT, RIGHT = 0, 1
PEG_RADIUS_M, PEG_HEIGHT_M = 0.0015, 0.012
FROM_PEGS_M = np.array([[-0.034, -0.018, 0.0], [-0.022, 0.0, 0.0], [-0.034, 0.018, 0.0]])
TO_PEGS_M = FROM_PEGS_M * np.array([-1.0, 1.0, 1.0])
PEGS_M = np.vstack([FROM_PEGS_M, TO_PEGS_M])
RING_RADIUS_M, RING_THICK_M = 0.005, 0.0012
"""Of the ring's middle line, and of its round section."""
CLEARANCE_M = RING_RADIUS_M - RING_THICK_M - PEG_RADIUS_M
TIP_RADIUS_M = 0.002
REACH_OF_JAWS_M = 0.0025
OPEN_RAD, CLOSED_RAD = 0.6, 0.15
RING_STIFFNESS_N_M, SLIPS_AT_N = 800.0, 2.4
CONTACT_N_M = 2000.0
FORCE_LIMIT_N = 1.0
