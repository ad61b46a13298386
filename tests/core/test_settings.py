from pathlib import Path

import pytest

from abaton.core.errors import Problem
from abaton.core.settings import Settings, load


def test_defaults_need_nothing() -> None:
    settings = load({})
    assert settings == Settings()
    assert settings.resolved_database_url == f"sqlite:///{Path('abaton-data') / 'abaton.sqlite'}"


def test_the_environment_is_read_and_the_command_line_goes_before_it() -> None:
    environment = {
        "ABATON_PORT": "9000",
        "ABATON_HOST": "0.0.0.0",  # noqa: S104
        "ABATON_ALLOWED_HOSTS": "clinic.example, 10.0.0.2,",
        "ABATON_DATA": "/srv/abaton",
        "ABATON_DEMO": "true",
        "ABATON_SIGN_IN_HOURS": "8",
        "ABATON_LOG_LEVEL": "",
        "OTHER": "x",
    }
    settings = load(environment, {"port": 9001, "host": None})
    assert (settings.port, settings.host) == (9001, environment["ABATON_HOST"])
    assert settings.allowed_hosts == ("clinic.example", "10.0.0.2")
    assert settings.data == Path("/srv/abaton")
    assert (settings.demo, settings.sign_in_hours, settings.log_level) == (True, 8.0, "info")


def test_a_database_url_goes_before_the_data_folder() -> None:
    url = "postgresql://abaton@db/abaton"
    assert load({"ABATON_DATABASE_URL": url}).resolved_database_url == url


@pytest.mark.parametrize(
    ("variable", "text", "told"),
    [
        ("ABATON_PORT", "eighty", "ABATON_PORT"),
        ("ABATON_PORT", "70000", "port"),
        ("ABATON_DEMO", "perhaps", "ABATON_DEMO"),
        ("ABATON_TIME_ZONE", "Europe/Atlantis", "time zone"),
        ("ABATON_SIGN_IN_HOURS", "0", "limit"),
        ("ABATON_CERTIFICATE", "/a.pem", "certificate"),
        ("ABATON_PROT", "80", "ABATON_PROT"),
        ("ABATON_DATABASE", "x", "ABATON_DATABASE"),
    ],
)
def test_what_cannot_be_used_is_told(variable: str, text: str, told: str) -> None:
    with pytest.raises(Problem) as caught:
        load({variable: text})
    assert told in caught.value.got
    assert caught.value.expected
    assert caught.value.next_step


def test_variables_of_other_tools_are_left_alone() -> None:
    assert load({"ABATON_CHROMIUM": "/usr/bin/chromium"}) == Settings()
