"""Who is in a room: their seats, slots, and the numbers of their requests."""

from dataclasses import dataclass, field

from abaton.live import wire
from abaton.live.command import Refusal
from abaton.live.role import Role


@dataclass
class Seat:
    """One participant, connected or away."""

    participant: str
    role: Role
    slot: int
    admitted: bool
    connected: bool = False
    device: wire.Device | None = None
    last_number: int = 0
    _last_request: wire.Message | None = field(default=None, repr=False)
    _last_answer: wire.Message | None = field(default=None, repr=False)

    @property
    def watched(self) -> bool:
        """Whether this one's silence matters: whoever leads, and whoever is led."""
        return self.admitted and self.role is not Role.OBSERVER

    def repeated(self, request: wire.Command | wire.Control | wire.Note) -> wire.Message | None:
        """The answer already given to this very request, or None for a new one.

        Raises:
            Refusal: the number was used for something else, or leaves a gap.
        """
        if request == self._last_request and self._last_answer is not None:
            return self._last_answer
        expected = f"number {self.last_number + 1}"
        if request.number <= self.last_number:
            raise Refusal("replayed", f"number {request.number} again", expected, "Use each number once.")
        if request.number > self.last_number + 1:
            raise Refusal("order", f"number {request.number}", expected, "Send requests in order, without gaps.")
        return None

    def answered(self, request: wire.Command | wire.Control | wire.Note, answer: wire.Message) -> None:
        """Remember the answer, so that the same request sent again after a lost connection is not carried out twice."""
        self.last_number = request.number
        self._last_request, self._last_answer = request, answer

    def view(self) -> wire.Member:
        """This seat as others see it."""
        return wire.Member(self.participant, self.role, self.slot, self.admitted, self.connected, self.device)


class Members:
    """The seats of one room; a slot is a small number that tags a participant's poses."""

    def __init__(self) -> None:
        self._seats: dict[str, Seat] = {}

    def __iter__(self):  # noqa: ANN204 - the iterator of the dictionary's values
        return iter(self._seats.values())

    def __getitem__(self, participant: str) -> Seat:
        return self._seats[participant]

    def get(self, participant: str | None) -> Seat | None:
        """The seat of a participant, or None."""
        return None if participant is None else self._seats.get(participant)

    def sit(self, participant: str, role: Role, *, admitted: bool) -> Seat:
        """The participant's seat, made where there is none."""
        seat = self._seats.get(participant)
        if seat is None:
            taken = {other.slot for other in self._seats.values()}
            slot = next((number for number in range(256) if number not in taken), None)
            if slot is None:
                raise Refusal("phase", "one more participant", "at most 256 in a room", "Open another room.")
            seat = self._seats[participant] = Seat(participant, role, slot, admitted)
        return seat

    def remove(self, participant: str) -> None:
        """Take a seat away for good."""
        self._seats.pop(participant, None)

    def present(self, role: Role) -> list[Seat]:
        """The admitted and connected participants of a role."""
        return [seat for seat in self._seats.values() if seat.role is role and seat.admitted and seat.connected]
