"""The recorded strap of a demonstration: a real heart rate, played to rooms and labelled as recorded."""

from abaton.core.clock import Clock
from abaton.live import wire
from abaton.live.host import Host
from abaton.live.role import Role
from abaton.signals.recorded_strap import SOURCE, Playback, RecordedStrap


class DemonstrationStrap:
    """Gives the subject of each room a heart rate from a recording, from when the subject is let in."""

    def __init__(self, strap: RecordedStrap, clock: Clock) -> None:
        self._strap = strap
        self._clock = clock
        self._playing: dict[str, Playback] = {}

    def play(self, host: Host) -> None:
        """Send what is due since the last call; call it about once a second."""
        subjects = host.members.present(Role.SUBJECT)
        if not subjects:
            self._playing.pop(host.setting.session, None)
            return
        playback = self._playing.setdefault(host.setting.session, Playback(self._strap, self._clock))
        for captured_us, reading in playback.due():
            host.sample(subjects[0], wire.Sample("heart_rate", captured_us, reading.values, SOURCE), echo=True)
