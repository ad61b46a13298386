import numpy as np
import pytest

from abaton.live import wire
from abaton.live.role import Role
from abaton.server.live.strap import DemonstrationStrap
from abaton.signals.recorded_strap import RecordedStrap
from tests.live.conftest import launch

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_subject_wears_it_from_when_it_is_let_in() -> None:
    ship = await launch()
    strap = DemonstrationStrap(RecordedStrap(np.arange(0.0, 60.0, 0.8), 60), ship.clock)
    lead = await ship.board("lead", Role.LEAD)
    subject = await ship.board("subject", Role.SUBJECT)
    strap.play(ship.host)
    ship.clock.advance(3)
    strap.play(ship.host)
    assert not any(isinstance(message, wire.SampleOf) for message in lead.read())
    await lead.control("admit", "subject")
    strap.play(ship.host)
    ship.clock.advance(3)
    strap.play(ship.host)
    samples = [message for message in lead.read() if isinstance(message, wire.SampleOf)]
    assert [sample.source for sample in samples] == ["recorded"] * 3
    assert [sample.values[0] for sample in samples] == [75.0] * 3
    assert samples[-1].captured_us == ship.clock.now_us()
    assert any(isinstance(message, wire.SampleOf) for message in subject.read())
