"""What every sensor refuses."""

from abaton.core.errors import Problem
from abaton.training.physiology.engine import Course


def check_pace(course: Course) -> None:
    """Refuses a course that is not one sampled every 8 ms."""
    if course.every_ms != 8 or not len(course.values):
        raise Problem(
            "sensor_pace", f"{len(course.values)} samples of {course.every_ms} ms", "samples of 8 ms",
            "Advance the body with every_ms=8.",
        )  # fmt: skip


def check_motion(motion: float) -> None:
    """Refuses motion outside 0 to 1."""
    if not 0 <= motion <= 1:
        raise Problem("sensor_motion", f"motion of {motion}", "0 still to 1 shaking", "Give a share.")
