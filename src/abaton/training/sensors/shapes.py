"""Shapes of the heart's electrical vector through a beat, and its view from the leads of the ECG.

Vectors in mV: x to the patient's left, y to the feet, z to the back (Frank). Times from the R wave in seconds at 60
beats a minute.
"""

import math

import numpy as np

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
"""Columns of a trace, in the order of a paper ECG."""

# Rows: I, II, V1 to V6.
DOWER = np.array([
    [0.632, -0.235, 0.059], [0.235, 1.066, -0.132], [-0.515, 0.157, -0.917], [0.044, 0.164, -1.387],
    [0.882, 0.098, -1.277], [1.213, 0.127, -0.601], [1.125, 0.127, -0.086], [0.831, 0.076, 0.230],
])  # fmt: skip
"""Vector to the eight leads that are independent (Dower 1980, Clin Cardiol 3:87; the Frank torso)."""

QRS, T, P = 0, 1, 2


def _waves(axis: int, kind: int, *rows: tuple[float, float, float]) -> list[tuple[float, float, float, float, float]]:
    """Rows of (amplitude mV, angle rad, width rad) as the papers give them; a turn is a second."""
    turn = 2 * math.pi
    return [(float(axis), float(kind), mv, angle / turn, width / turn) for mv, angle, width in rows]


NARROW = np.array([
    *_waves(0, P, (0.03, -1.09, 0.0906), (0.08, -0.83, 0.1057)),
    *_waves(0, QRS, (-0.11, -0.19, 0.0453), (0.62, -0.07, 0.0378), (0.85, 0.0, 0.0332), (0.55, 0.06, 0.0302)),
    *_waves(0, QRS, (0.05, 0.22, 0.0378)),
    *_waves(0, T, (0.08, 1.2, 0.604), (0.14, 1.42, 0.302), (0.30, 1.68, 0.1812), (0.02, 2.9, 0.5)),
    *_waves(1, P, (0.035, -1.1, 0.07), (0.075, -0.90, 0.11), (-0.019, -0.76, 0.04)),
    *_waves(1, QRS, (0.36, -0.09, 0.05), (0.72, 0.005, 0.040), (-0.16, 0.12, 0.05)),
    *_waves(1, T, (0.05, 0.9, 0.45), (0.17, 1.6, 0.26), (0.014, 2.9, 0.5)),
    *_waves(2, P, (-0.03, -1.1, 0.07), (-0.02, -0.93, 0.12), (0.02, -0.7, 0.06)),
    *_waves(2, QRS, (-0.36, -0.15, 0.042), (0.72, 0.07, 0.055)),
    *_waves(2, T, (-0.05, 1.05, 0.8), (-0.10, 1.3, 0.4), (-0.20, 1.6, 0.2), (-0.02, 2.8, 0.4)),
])  # fmt: skip
"""(n, 5) axis, kind, mV, s, width s: sums of Gaussians (McSharry 2003) in three axes after Sameni 2007 (EURASIP J Adv
Signal Process 43407, table 1; recalled, to be checked). Amplitudes are moved so that QRS points to 45 degrees or so,
P in lead II near 0.1 mV, S deepest in V2 and T at most half of R: stylised."""

WIDE = np.array([
    *_waves(0, QRS, (0.40, -0.08, 0.13), (-0.20, 0.27, 0.16)),
    *_waves(1, QRS, (0.95, -0.06, 0.13), (0.55, 0.24, 0.14)),
    *_waves(2, QRS, (-0.15, -0.28, 0.09), (0.80, 0.06, 0.17), (0.40, 0.32, 0.14)),
    *_waves(0, T, (-0.15, 1.10, 0.26)),
    *_waves(1, T, (-0.45, 1.12, 0.27)),
    *_waves(2, T, (-0.40, 1.12, 0.27)),
])  # fmt: skip
"""Ventricular tachycardia from the right outflow tract: QRS of about 140 ms, left bundle branch block in V1, axis to
the feet, T against it. Drawn by hand to criteria of textbooks: stylised."""

TERRITORIES = {
    "anterior": np.array([0.15, -0.35, -0.75]),
    "inferior": np.array([-0.15, 0.75, 0.10]),
    "lateral": np.array([0.90, -0.30, 0.20]),
}
"""Vector of injury for 1 mV of ST elevation in V2 and V3; III and aVF; V5, V6 and aVL. Stylised."""
