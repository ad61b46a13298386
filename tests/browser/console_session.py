"""A made-up session of 24 minutes: an open lift in steps, a rating every two minutes, a heart beside them."""

import math
from itertools import pairwise
from typing import Any

DURATION_S = 1440.0
STEPS = ((120, 3.0), (330, 6.0), (560, 12.0), (860, 20.0), (1180, 12.0), (1320, 0.0))
"""When the lead sends the lift where: seconds, metres."""
SUDS = ((40, 35), (170, 45), (300, 40), (430, 55), (560, 50), (680, 72), (800, 64), (930, 81), (1080, 66), (1300, 38))
SPEED_MPS = 1.5


def height_at(at_s: float) -> float:
    """Where the lift is."""
    height, began = 0.0, 0.0
    for (start, target), (end, _) in pairwise((*STEPS, (DURATION_S + 1, 0.0))):
        if at_s < start:
            return height
        travelled = SPEED_MPS * (min(at_s, end) - start)
        height += math.copysign(min(travelled, abs(target - height)), target - height)
        began = end
    return height if began else 0.0


def suds_at(at_s: float) -> float:
    """The last rating."""
    return next((value for time, value in reversed(SUDS) if time <= at_s), SUDS[0][1])


def _series() -> list[dict[str, Any]]:
    seconds = [float(at) for at in range(0, int(DURATION_S) + 1, 2)]
    heart = [round(74 + 0.32 * suds_at(at) + 3 * math.sin(at / 9) + 2 * math.sin(at / 2.7), 1) for at in seconds]
    common = {"unit": None, "source": None, "step": True}
    suds = {"key": "suds", "label": "SUDS", "at_s": [float(a) for a, _ in SUDS], "values": [float(v) for _, v in SUDS]}
    return [
        {
            **common,
            "key": "height_m",
            "label": "Height",
            "unit": "m",
            "step": False,
            "at_s": seconds,
            "values": [round(height_at(at), 2) for at in seconds],
        },
        {**common, "key": "railing", "label": "Railing", "at_s": [0.0, 720.0], "values": ["full", "low"]},
        {**common, **suds},
        {
            **common,
            "key": "heart_rate",
            "label": "Heart rate",
            "unit": "/min",
            "source": "recorded",
            "step": False,
            "at_s": seconds,
            "values": heart,
        },
    ]


def _events() -> list[dict[str, Any]]:
    rows = (
        (2, "joined", "subject", "Subject joined"),
        (11, "admitted", "lead", "Subject admitted"),
        (30, "began", "lead", "Began"),
        *((at, "commanded", "lead", f"Lift to {height:g} m") for at, height in STEPS),
        (720, "commanded", "lead", "Railing low"),
        (1010, "stopped", "subject", "Stopped by the subject (word on the screen)"),
        (1052, "agreed", "subject", "Subject agreed to go on"),
        (1058, "agreed", "lead", "Lead agreed to go on"),
        (1436, "closed", "lead", "Closed"),
    )
    return [{"at_s": float(at), "kind": kind, "by": by, "text": text} for at, kind, by, text in sorted(rows)]


_NOTES = [
    {"at_s": 384.0, "text": "Looks down by herself for the first time; holds the railing with both hands."},
    {"at_s": 742.0, "text": "Predicted to faint when the railing is lowered: 80 %. Did not happen."},
    {"at_s": 1105.0, "text": "Wants to go on after the break. Breathing slower."},
]


def report_of(session: dict[str, Any]) -> dict[str, Any]:
    """The report as the REST interface gives it."""
    summary = {
        "duration_s": DURATION_S,
        "running_s": 1350.0,
        "suds_first": 35.0,
        "suds_peak": 81.0,
        "suds_last": 38.0,
        "heart_rate_mean_bpm": 93.4,
        "heart_rate_max_bpm": 104.0,
        "heart_rate_source": "recorded",
        "highest": [
            {"field": "height_m", "label": "Height", "unit": "m", "value": 20.0, "ceiling": 30.0},
            {"field": "railing", "label": "Railing", "unit": None, "value": "low", "ceiling": "low"},
            {"field": "floor", "label": "Floor", "unit": None, "value": "opaque", "ceiling": None},
            {"field": "wind", "label": "Wind", "unit": None, "value": 0.3, "ceiling": None},
        ],
        "stops": 1,
        "notes": len(_NOTES),
        "recorded": True,
    }
    return {"session": session, "summary": summary, "series": _series(), "events": _events(), "notes": _NOTES}


def replay_of(session_id: str, shape: dict[str, Any], opened_at: str) -> dict[str, Any]:
    """The replay as the REST interface gives it, sampled at 10 Hz."""
    frames: list[dict[str, Any]] = []
    for tenth in range(int(DURATION_S * 10)):
        at = tenth / 10
        phase = "lobby" if at < 30 else "calm" if 1010 <= at < 1058 else "running"
        state: dict[str, Any] = {
            "height_m": round(height_at(at), 3),
            "target_m": height_at(at),
            "speed_mps": 0.0,
            "railing": "low" if at >= 720 else "full",
            "floor": "opaque",
            "wind": 0.2,
            "gust": 0.2,
        }
        if not frames or frames[-1]["state"] != state or frames[-1]["phase"] != phase:
            frames.append({"at_s": at, "tick": tenth * 6, "phase": phase, "state": state})
    return {
        "session_id": session_id,
        "experience": shape,
        "seed": 7,
        "rate_hz": 10,
        "opened_at": opened_at,
        "duration_s": DURATION_S,
        "frames": frames,
        "events": _events(),
        "notes": _NOTES,
        "series": _series(),
        "poses": [],
    }
