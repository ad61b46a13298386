"""What is installed."""

from msgspec.structs import fields

from abaton.live import wire
from abaton.server.models import experience as models
from tests.server.made_clinics import World


def test_an_experience_is_described_as_on_the_wire(world: World):
    (sea,) = world.signed_in("admin").get("/api/experiences").json()
    assert (sea["name"], sea["title"], sea["summary"]) == ("sea", "At sea", "A boat at sea.")
    (command,) = sea["shape"]["commands"]
    assert (command["name"], command["by"], command["sets"]) == ("set_swell", ["lead"], "swell_m")
    swell = sea["shape"]["state"][0]
    assert (swell["name"], swell["unit"], swell["maximum"], swell["graded"]) == ("swell_m", "m", 5.0, True)


def test_the_models_have_the_fields_of_the_wire():
    for name in ("Parameter", "CommandShape", "ExperienceShape"):
        on_the_wire = [field.name for field in fields(getattr(wire, name))]
        assert list(getattr(models, name).model_fields) == on_the_wire
