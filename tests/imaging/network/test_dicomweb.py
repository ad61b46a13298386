import gzip
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from abaton.core.errors import Problem
from abaton.imaging.importing.limits import Limits
from abaton.imaging.network import dicomweb
from abaton.imaging.network.dicomweb import Server, fetch_series, find_series, find_studies
from tests.imaging.privacy.made import NAME, decoded, encoded, header

STUDY, SERIES = "1.2.3", "1.2.3.4"
MULTIPART = 'multipart/related; type="application/dicom"; boundary=b'


LIMITS = Limits()


def instance(number: int) -> bytes:
    return encoded(header(number))


def body(instances: list[bytes]) -> bytes:
    return b"".join(b"--b\r\nContent-Type: application/dicom\r\n\r\n" + one + b"\r\n" for one in instances) + b"--b--"


class Answer:
    def __init__(
        self,
        content: Any = b"",
        kind: Any = "application/dicom+json",
        status: int = 200,
        headers: Any = None,
        endless: Any = b"",
    ):
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.kind, self.status, self.endless = kind, status, endless
        self.headers: dict[str, str] = headers or {}


@contextmanager
def serving(answers: dict[str, Answer]):
    """A DICOMweb service that knows some paths, and what it was asked."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            answer = answers.get(self.path.split("?")[0], Answer(status=404))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if not answer.endless:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            try:
                self.wfile.write(answer.content)
                while answer.endless:
                    self.wfile.write(answer.endless)
            except OSError:
                pass

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    service = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Server(url=f"http://127.0.0.1:{service.server_address[1]}/dw"), asked
    finally:
        service.shutdown()
        service.server_close()
        thread.join()


def row(**values: Any) -> dict[str, Any]:
    return {tag: {"vr": "LO", "Value": value if isinstance(value, list) else [value]} for tag, value in values.items()}


def refusal(call: Any, *arguments: Any, **options: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        call(*arguments, **options)
    assert refused.value.next_step
    return refused.value


def fetch(server: Server, folder: Path, limits: Limits = LIMITS, **options: Any) -> int:
    return fetch_series(server, STUDY, SERIES, folder, limits, **options)


PATH = f"/dw/studies/{STUDY}/series/{SERIES}"


def test_studies_are_found():
    answer = [
        row(**{"0020000D": STUDY, "00100020": "7", "00080020": "20260101", "00080061": ["CT", "SR"]})
        | {"00100010": {"vr": "PN", "Value": [{"Alphabetic": NAME}]}}
    ]
    with serving({"/dw/studies": Answer(answer)}) as (server, asked):
        (study,) = find_studies(server, {"PatientID": "7"})
    assert (study.uid, study.patient_name, study.modalities) == (STUDY, NAME, ("CT", "SR"))
    assert "PatientID=7" in asked[0][0]


def test_series_are_found_in_order():
    rows = [row(**{"0020000E": f"1.{n}", "00200011": n, "00080060": "MR", "00201209": 5}) for n in (3, 1, 2)]
    with serving({f"/dw/studies/{STUDY}/series": Answer(rows)}) as (server, _):
        series = find_series(server, STUDY)
    assert [one.number for one in series] == [1, 2, 3]
    assert series[0].instances == 5


def test_a_search_for_everything_is_not_sent():
    with serving({}) as (server, asked):
        assert refusal(find_studies, server, {"PatientName": " * "}).code == "search_empty"
    assert asked == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'[1, "x", null]', b'[{"0020000D": 5}]', b'[{"0020000D": {"Value": 5}}]']
)
def test_answers_of_nothing_find_nothing(content: Any):
    with serving({"/dw/studies": Answer(content)}) as (server, _):
        assert find_studies(server, {"PatientID": "7"}) == ()


@pytest.mark.parametrize("content", [b"<html>", b"5", b'"x"', b"[" * 100_000, b"\xff\xfe"])
def test_answers_that_are_no_dicom_are_said(content: Any):
    with serving({"/dw/studies": Answer(content)}) as (server, _):
        assert refusal(find_studies, server, {"PatientID": "7"}).code == "dicomweb_answer"


def test_uids_that_would_become_another_address_are_left_out():
    rows = [row(**{"0020000D": uid}) for uid in ("../../admin", "1.2/3", "1.2?x", "1" * 65, STUDY)]
    with serving({"/dw/studies": Answer(rows)}) as (server, asked):
        assert [study.uid for study in find_studies(server, {"PatientID": "7"})] == [STUDY]
        assert refusal(find_series, server, "../../admin").code == "uid"
        assert refusal(fetch_series, server, STUDY, "1/../..", None, Limits()).code == "uid"
    assert len(asked) == 1


def test_a_server_that_ignores_the_limit_is_cut():
    rows = [row(**{"0020000D": f"1.{n}"}) for n in range(50)]
    with serving({"/dw/studies": Answer(rows)}) as (server, _):
        assert len(find_studies(server, {"PatientID": "7"}, limit=10)) == 10


def test_an_endless_answer_to_a_search_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dicomweb, "ANSWER_BYTES", 1 << 20)
    with serving({"/dw/studies": Answer(b"[", endless=b" " * 65536)}) as (server, _):
        assert refusal(find_studies, server, {"PatientID": "7"}).code == "dicomweb_answer"


def test_a_packed_bomb_is_refused_unread():
    bomb = Answer(gzip.compress(b" " * (50 << 20)), headers={"Content-Encoding": "gzip"})
    with serving({"/dw/studies": bomb, PATH: bomb}) as (server, asked):
        assert refusal(find_studies, server, {"PatientID": "7"}).code == "dicomweb_answer"
        assert refusal(fetch, server, None).code == "dicomweb_answer"
    assert {headers["Accept-Encoding"] for _, headers in asked} == {"identity"}


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 500, 503])
def test_no_redirection_is_followed_and_no_failure_tried_again(status: int, tmp_path: Path):
    with serving({}) as (elsewhere, asked_elsewhere):
        answer = Answer(status=status, headers={"Location": f"{elsewhere.url}/studies"})
        with serving({"/dw/studies": answer, PATH: answer}) as (server, asked):
            problem = refusal(find_studies, server, {"PatientID": "7"})
            assert refusal(fetch, server, tmp_path).code in ("dicomweb_unreachable", "dicomweb_answer")
    assert problem.code in ("dicomweb_unreachable", "dicomweb_answer")
    assert asked_elsewhere == []
    assert len(asked) == 2


def test_a_server_that_is_not_there_is_said():
    with serving({}) as (server, _):
        pass
    assert refusal(find_studies, server, {"PatientID": "7"}).code == "dicomweb_unreachable"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/dw", "https://user:password@host/dw", "host/dw", "https://"]
)
def test_addresses_that_are_none_are_refused_and_not_repeated(url: str):
    problem = refusal(find_studies, Server(url=url), {"PatientID": "7"})
    assert problem.code == "dicomweb_address"
    assert "password@" not in str(problem)


def test_what_the_server_needs_to_let_us_in_is_sent_to_it():
    with serving({"/dw/studies": Answer([])}) as (server, asked):
        find_studies(Server(url=server.url + "/", headers={"Authorization": "Bearer x"}), {"PatientID": "7"})
    assert asked[0][1]["Authorization"] == "Bearer x"
    assert asked[0][0].startswith("/dw/studies?")


def test_a_series_is_fetched_as_it_was_sent(tmp_path: Path):
    sent = [instance(number) for number in range(3)]
    told: list[str] = []

    def report(doing: str, _done: float) -> None:
        told.append(doing)

    with serving({PATH: Answer(body(sent), MULTIPART)}) as (server, asked):
        assert fetch(server, tmp_path, report=report) == 3
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == sent
    assert decoded(tmp_path / "00002.dcm").InstanceNumber == 2
    assert told[-1] == "Slice 3 has come"
    assert "transfer-syntax=*" in asked[0][1]["Accept"]


def nearly_none(_folder: Path) -> int:
    return 5


def test_more_than_the_limits_is_refused(tmp_path: Path):
    sent = [instance(number) for number in range(3)]
    with serving({PATH: Answer(body(sent), MULTIPART)}) as (server, _):
        (tmp_path / "a").mkdir()
        assert refusal(fetch, server, tmp_path / "a", Limits(unpacked_bytes=2000)).code == "too_much_sent"
        (tmp_path / "b").mkdir()
        assert refusal(fetch, server, tmp_path / "b", Limits(files=2)).code == "too_much_files"
        (tmp_path / "c").mkdir()
        assert refusal(fetch, server, tmp_path / "c", free_bytes=nearly_none).code == "disk_full"
        (tmp_path / "d").mkdir()
        times_s = iter([0.0, *[1e9] * 99])
        assert refusal(fetch, server, tmp_path / "d", monotonic_s=lambda: next(times_s)).code == "too_much_time"


def test_an_endless_series_is_cut(tmp_path: Path):
    answer = Answer(b"--b\r\n\r\n", MULTIPART, endless=b"x" * 65536)
    with serving({PATH: answer}) as (server, _):
        assert refusal(fetch, server, tmp_path, Limits(unpacked_bytes=1 << 20)).code == "too_much_sent"
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1 << 20


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", MULTIPART),
        Answer(b"--b--", MULTIPART),
        Answer(body([b"abc"])[:-6], MULTIPART),
        Answer(b"{}", "application/json"),
        Answer(b"<html>", "text/html"),
    ],
)
def test_a_series_that_is_none_is_said(answer: Any, tmp_path: Path):
    with serving({PATH: answer}) as (server, _):
        assert refusal(fetch, server, tmp_path).code == "dicomweb_answer"


def test_names_of_files_are_ours(tmp_path: Path):
    evil = b"--b\r\nContent-Disposition: attachment; filename=../../evil.dcm\r\n\r\n" + instance(1) + b"\r\n--b--"
    with serving({PATH: Answer(evil, MULTIPART)}) as (server, _):
        fetch(server, tmp_path)
    assert [re.fullmatch(r"\d{5}\.dcm", file.name) is not None for file in tmp_path.iterdir()] == [True]
