import pytest

from abaton.live import wire
from abaton.live.command import Refusal
from abaton.live.members import Members
from abaton.live.role import Role


def note(number: int, text: str = "a") -> wire.Note:
    return wire.Note(number, text)


def test_a_seat_is_kept_and_slots_are_reused() -> None:
    members = Members()
    first = members.sit("a", Role.LEAD, admitted=True)
    second = members.sit("b", Role.SUBJECT, admitted=False)
    assert members.sit("a", Role.LEAD, admitted=True) is first
    assert (first.slot, second.slot) == (0, 1)
    members.remove("a")
    assert members.sit("c", Role.PEER, admitted=False).slot == 0
    assert [seat.participant for seat in members] == ["b", "c"]


def test_present_are_those_let_in_and_connected() -> None:
    members = Members()
    seat = members.sit("b", Role.SUBJECT, admitted=False)
    seat.connected = True
    assert members.present(Role.SUBJECT) == []
    seat.admitted = True
    assert members.present(Role.SUBJECT) == [seat]
    assert members.get("b") is seat
    assert members.get(None) is None
    assert members.get("nobody") is None


def test_the_room_is_full_at_256() -> None:
    members = Members()
    for number in range(256):
        members.sit(str(number), Role.PEER, admitted=True)
    with pytest.raises(Refusal, match="at most 256"):
        members.sit("more", Role.PEER, admitted=True)


def test_numbers_are_used_once_and_in_order() -> None:
    seat = Members().sit("a", Role.LEAD, admitted=True)
    assert seat.repeated(note(1)) is None
    seat.answered(note(1), wire.Acknowledged(1))
    assert seat.repeated(note(1)) == wire.Acknowledged(1)
    for request, code in ((note(1, "other"), "replayed"), (note(3), "order")):
        with pytest.raises(Refusal) as caught:
            seat.repeated(request)
        assert caught.value.code == code
    assert seat.repeated(note(2)) is None


def test_observers_and_those_outside_are_not_watched() -> None:
    members = Members()
    assert members.sit("a", Role.LEAD, admitted=True).watched
    assert members.sit("b", Role.SUBJECT, admitted=True).watched
    assert not members.sit("c", Role.OBSERVER, admitted=True).watched
    assert not members.sit("d", Role.SUBJECT, admitted=False).watched
