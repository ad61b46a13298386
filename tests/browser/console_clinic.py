"""A made-up clinic that answers the console's requests inside the browser, by the models of the REST interface."""

import datetime
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from playwright.sync_api import BrowserContext, Page, Route

from abaton.live.experience import describe
from abaton.therapy.experiences.heights import Heights
from tests.browser.console_session import replay_of, report_of

NOW = datetime.datetime(2026, 11, 20, 10, 30, tzinfo=datetime.UTC)
"""The time at which the made-up clinic stands still; pages are opened with this clock."""


def identifier(letter: str) -> str:
    """A well-formed id, told apart by its letter."""
    return letter * 26


def _ago(**by: float) -> str:
    return (NOW - datetime.timedelta(**by)).isoformat().replace("+00:00", "Z")


HEIGHTS: dict[str, Any] = {
    "name": "heights",
    "title": "Fear of heights",
    "scene": "heights",
    "version": "1",
    "summary": "Graded exposure to heights: an open lift climbs the outside of a tower over a city.",
    "shape": msgspec.to_builtins(describe("heights", Heights)),
}
PATIENTS: list[dict[str, Any]] = [
    {"id": identifier(letter), "given_name": given, "family_name": family, "birth_date": born, "mrn": mrn}
    for letter, given, family, born, mrn in (
        ("a", "Marta", "Keller", "1988-04-12", "20431"),
        ("b", "Jonas", "Lindqvist", "1971-09-30", "18822"),
        ("c", "Aylin", "Demir", "2001-01-05", None),
        ("d", "Samuel", "Okafor", "1959-06-21", "11094"),
    )
]
PRACTITIONERS: list[dict[str, Any]] = [
    {
        "id": identifier(letter),
        "name": name,
        "email": email,
        "role": role,
        "active": active,
        "created_at": _ago(days=days),
    }
    for letter, name, email, role, active, days in (
        ("l", "Dr Ines Baumann", "ines.baumann@clinic.example", "lead", True, 210),
        ("m", "Tomas Vrba", "tomas.vrba@clinic.example", "admin", True, 240),
        ("n", "Lea Morel", "lea.morel@clinic.example", "observer", True, 40),
        ("o", "Peter Adeyemi", "peter.adeyemi@clinic.example", "lead", False, 230),
    )
]


def session(letter: str, patient: int, state: str, hours: float, minutes: float = 27) -> dict[str, Any]:
    """A session that opened so many hours ago."""
    who = PATIENTS[patient]
    opened = None if state == "planned" else _ago(hours=hours)
    closed = _ago(hours=hours - minutes / 60) if state == "closed" else None
    return {
        "id": identifier(letter),
        "patient_id": who["id"],
        "patient_name": f"{who['given_name']} {who['family_name']}",
        "lead_id": identifier("l"),
        "lead_name": "Dr Ines Baumann",
        "experience": "heights",
        "experience_title": "Fear of heights",
        "state": state,
        "created_at": _ago(hours=hours),
        "opened_at": opened,
        "closed_at": closed,
        "room": None,
    }


TREND = [(62, 78, 55, 9.0), (58, 74, 46, 12.0), (55, 76, 41, 20.0), (48, 66, 34, 20.0), (44, 61, 27, 30.0)]


class Clinic:
    """Answers every request of a page. Change its fields to make it another clinic.

    Attributes:
        role: who is signed in, or None.
        asked: the method, path and body of every unsafe request so far.
    """

    def __init__(self, role: str | None = "lead") -> None:
        self.role = role
        self.setup_needed = False
        self.demo = False
        self.patients = list(PATIENTS)
        self.practitioners = [dict(one) for one in PRACTITIONERS]
        self.sessions = [
            session("s", 0, "open", 0.2),
            session("t", 1, "closed", 2.5),
            session("u", 3, "closed", 1.4, 31),
        ]
        self.consents = {"care": True, "recording": True, "research": False}
        self.screening: dict[str, Any] | None = self.screened()
        self.ceilings: dict[str, Any] = {"heights": {"height_m": 30, "railing": "low"}}
        self.trends = len(TREND)
        self.broken: dict[str, tuple[int, dict[str, str]]] = {}
        self.asked: list[tuple[str, str, Any]] = []

    def screened(self, **yes: bool) -> dict[str, Any]:
        """A screening of this morning with these answers."""
        answers = {"seizures": False, "vestibular_disease": False, "psychosis": False, "intoxication": False, **yes}
        blocking = [name for name in ("seizures", "psychosis", "intoxication") if answers[name]]
        cautions = [name for name in ("vestibular_disease",) if answers[name]]
        return {
            "id": identifier("x"),
            "answers": answers,
            "outcome": "block" if blocking else "caution" if cautions else "clear",
            "blocking": blocking,
            "cautions": cautions,
            "acknowledged": False,
            "note": None,
            "recorded_at": _ago(hours=1),
            "recorded_by": identifier("l"),
            "valid_until": _ago(hours=-23),
        }

    def install(self, page: Page | BrowserContext) -> None:
        """Answers the requests of a page, or of all pages of a profile, from now on."""
        page.route("**/api/**", self._fulfil)

    def _fulfil(self, route: Route) -> None:
        request = route.request
        url = urlsplit(request.url)
        body = request.post_data_json if request.post_data else None
        if request.method != "GET":
            self.asked.append((request.method, url.path, body))
        status, answer = self.broken.get(url.path) or self.answer(request.method, url.path, parse_qs(url.query), body)
        payload = {"error": answer} if status >= 400 else answer
        route.fulfill(status=status, content_type="application/json", body=json.dumps(payload))

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """The answer to one request: status and body."""
        if path == "/api/setup":
            return 200, ({"needed": self.setup_needed} if method == "GET" else self._sign_in("admin"))
        if path == "/api/sign-in":
            return self._try(body)
        if self.role is None:
            return 401, refusal("unauthenticated", "no session", "a signed-in account", "Sign in.")
        if path == "/api/sign-out":
            self.role = None
            return 204, None
        for pattern, kind in _ROUTES:
            if found := re.fullmatch(pattern, path):
                return getattr(self, f"_{kind}")(method, found.groups(), query, body)
        return 404, refusal("not_found", path, "a route", "Check the address.")

    def _try(self, body: Any) -> tuple[int, Any]:
        if body["password"] != "correct horse battery":
            next_step = "Check both and try again; after five tries the account waits 15 minutes."
            return 401, refusal("wrong_password", "an unknown pair", "email and password of an account", next_step)
        return 200, self._sign_in("lead")

    def _sign_in(self, role: str) -> dict[str, Any]:
        self.role = role
        return self._me("GET", (), {}, None)[1]

    def _me(self, *_: Any) -> tuple[int, Any]:
        who = next(one for one in PRACTITIONERS if one["role"] == self.role)
        me = {"practitioner_id": who["id"], "clinic_name": "Lindenhof Clinic", "csrf": "c" * 26, "demo": self.demo}
        return 200, {**me, "name": who["name"], "email": who["email"], "role": self.role}

    def _experiences(self, *_: Any) -> tuple[int, Any]:
        return 200, [HEIGHTS]

    def _people(self, method: str, _: Any, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if method == "POST":
            self.patients.append({"mrn": None, **body, "id": identifier("e")})
            return 201, self._whole(self.patients[-1])
        word = query.get("query", [""])[0].lower()
        return 200, [one for one in self.patients if word in f"{one['given_name']} {one['family_name']}".lower()]

    def _whole(self, patient: dict[str, Any]) -> dict[str, Any]:
        return {**patient, "ceilings": self.ceilings, "created_at": _ago(days=60)}

    def _patient(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        found = next((one for one in self.patients if one["id"] == names[0]), None)
        if found is None:
            return 404, refusal("not_found", names[0], "a patient of your clinic", "Go back to the list of patients.")
        if method == "PATCH":
            found.update(body)
        return 200, self._whole(found)

    def _limits(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        self.ceilings[names[1]] = body["values"]
        return 200, self._whole(self.patients[0])

    def _consents(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        if method == "POST":
            self.consents[body["purpose"]] = body["given"]
            return 201, {**body, "id": identifier("y"), "recorded_at": _ago(), "recorded_by": identifier("l")}
        history = [
            {
                "id": f"{purpose:b<26}"[:26],
                "purpose": purpose,
                "given": given,
                "version": f"{purpose}-1",
                "recorded_at": _ago(days=41),
                "recorded_by": identifier("l"),
            }
            for purpose, given in self.consents.items()
            if given
        ]
        return 200, {**self.consents, "history": history}

    def _screenings(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        if method == "POST":
            self.screening = {**self.screened(**body["answers"]), "acknowledged": body["acknowledged"]}
            return 201, self.screening
        return 200, [self.screening] if self.screening else []

    def _trends(self, *_: Any) -> tuple[int, Any]:
        rows = TREND[: self.trends]
        return 200, [
            {
                "session_id": identifier("t"),
                "experience": "heights",
                "opened_at": _ago(days=7 * (len(rows) - index)),
                "duration_s": 1620,
                "suds_first": first,
                "suds_peak": peak,
                "suds_last": last,
                "highest": {"height_m": height, "railing": "low", "wind": 0.3},
                "heart_rate_mean_bpm": 96 - 3 * index,
            }
            for index, (first, peak, last, height) in enumerate(rows)
        ]

    def _rooms(self, method: str, names: Any, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if method == "POST":
            return 201, {**session("v", 0, "planned", 0), "patient_id": body["patient_id"]}
        if wanted := query.get("patient_id"):
            past = [session("t", 0, "closed", 24.0 * 7 * week) for week in range(1, self.trends + 1)]
            return 200, [one for one in past if one["patient_id"] == wanted[0]]
        return 200, self.sessions

    def _room(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        found = [one for one in (*self.sessions, session("v", 0, "planned", 0)) if one["id"] == names[0]]
        return (200, found[0]) if found else (404, refusal("not_found", names[0], "a session", "Go back to today."))

    def _pairing(self, *_: Any) -> tuple[int, Any]:
        return 200, {"code": "K7MX4TQH", "expires_at": _ago(minutes=-10)}

    def _report(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        return 200, report_of(session("t", 1, "closed", 2.5))

    def _replay(self, *_: Any) -> tuple[int, Any]:
        return 200, replay_of(identifier("t"), HEIGHTS["shape"], _ago(hours=2.5))

    def _accounts(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        if method == "POST":
            fields = {key: body[key] for key in ("name", "email", "role")}
            made = {**fields, "id": identifier("p"), "active": True, "created_at": _ago()}
            self.practitioners.append(made)
            return 201, made
        return 200, self.practitioners

    def _account(self, method: str, names: Any, query: Any, body: Any) -> tuple[int, Any]:
        found = next(one for one in self.practitioners if one["id"] == names[0])
        found.update(body)
        return 200, found

    def _audit(self, method: str, names: Any, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        before = int(query.get("before", ["61"])[0])
        actions = ("signed in", "read patient", "recorded consent", "started session", "exported fhir")
        numbers = range(before - 1, max(0, before - 31), -1)
        entries: list[dict[str, Any]] = [
            {
                "number": number,
                "at": _ago(minutes=7 * (60 - number)),
                "actor": identifier("l"),
                "actor_name": "Dr Ines Baumann" if number % 4 else None,
                "action": actions[number % len(actions)],
                "record": "patient" if number % 5 in (1, 2) else "session" if number % 5 > 2 else "sign-in",
                "record_id": identifier("a") if number % 5 else "",
                "detail": {},
            }
            for number in numbers
        ]
        return 200, {"entries": entries, "next_before": entries[-1]["number"] if entries[-1]["number"] > 1 else None}

    def _audited(self, *_: Any) -> tuple[int, Any]:
        return 200, {"intact": True, "entries": 60, "findings": []}


_ROUTES = (
    (r"/api/me", "me"),
    (r"/api/experiences", "experiences"),
    (r"/api/patients", "people"),
    (r"/api/patients/(\w+)", "patient"),
    (r"/api/patients/(\w+)/ceilings/(\w+)", "limits"),
    (r"/api/patients/(\w+)/consents", "consents"),
    (r"/api/patients/(\w+)/screenings", "screenings"),
    (r"/api/patients/(\w+)/trends", "trends"),
    (r"/api/sessions", "rooms"),
    (r"/api/sessions/(\w+)", "room"),
    (r"/api/sessions/(\w+)/pairing", "pairing"),
    (r"/api/sessions/(\w+)/report", "report"),
    (r"/api/sessions/(\w+)/replay", "replay"),
    (r"/api/practitioners", "accounts"),
    (r"/api/practitioners/(\w+)", "account"),
    (r"/api/audit", "audit"),
    (r"/api/audit/verify", "audited"),
)


def refusal(code: str, got: str, expected: str, next_step: str) -> dict[str, str]:
    """Why a request was refused."""
    return {"code": code, "got": got, "expected": expected, "next": next_step}
