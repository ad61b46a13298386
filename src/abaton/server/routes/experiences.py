"""The experiences that this server can run."""

import inspect

from fastapi import APIRouter

from abaton.live.experience import Experience as ExperienceClass
from abaton.live.experience import describe
from abaton.server import views
from abaton.server.access import AnyCaller
from abaton.server.models.experience import Experience
from abaton.server.services import WithServices

router = APIRouter(prefix="/api/experiences", tags=["experiences"])


@router.get("", operation_id="list_experiences")
async def list_experiences(_: AnyCaller, services: WithServices) -> list[Experience]:
    """All installed experiences, by title."""
    found = [_view(name, experience) for name, experience in services.experiences.items()]
    return sorted(found, key=lambda experience: experience.title)


def _view(name: str, experience: type[ExperienceClass]) -> Experience:
    return Experience(
        name=name,
        title=experience.title,
        scene=experience.scene,
        version=experience.version,
        summary=(inspect.getdoc(experience) or experience.title).partition("\n\n")[0].replace("\n", " "),
        shape=views.shape(describe(name, experience)),
    )
