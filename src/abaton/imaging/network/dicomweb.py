"""A DICOMweb client (PS3.18): finds studies and series, and fetches a series into a folder for the importer.

What a server sends is not trusted: answers are bounded while they are read, instances are written to files without
being parsed, no redirection is followed, and no UID of a server's becomes part of an address unchecked.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Report
from abaton.imaging.importing.limits import Limits, disk_full, size, too_much
from abaton.imaging.network.multipart import BadMultipart, parts

ANSWER_BYTES = 32 << 20
"""The longest answer to a search."""
CHUNK_BYTES = 1 << 18
TIMEOUT_S = (10.0, 60.0)
"""To connect, and between two pieces of an answer."""
_UID = re.compile(r"[0-9.]{1,64}")
_ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'

Filters: TypeAlias = Mapping[str, str]
"""Attributes to match, by keyword, such as `PatientID`, `StudyDate` (`20260101-20260131`), `ModalitiesInStudy`."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A DICOMweb service.

    Attributes:
        url: Up to what stands before `/studies`: `https://pacs.clinic.example/dicom-web`.
        headers: Sent with each request, such as `Authorization`.
        certificates: File of the authorities that are trusted, or None for the usual ones.
    """

    url: str
    headers: dict[str, str] = {}
    certificates: Path | None = None


class StudyFound(msgspec.Struct, frozen=True):
    """A study of a search's answer. It names the patient: show it to who may see it, and store it nowhere."""

    uid: str
    patient_name: str
    patient_id: str
    date: str
    description: str
    modalities: tuple[str, ...]


class SeriesFound(msgspec.Struct, frozen=True):
    """A series of a study."""

    uid: str
    modality: str
    number: int | None
    description: str
    instances: int | None


def find_studies(server: Server, filters: Filters, limit: int = 100) -> tuple[StudyFound, ...]:
    """Studies that match (QIDO-RS).

    Args:
        server: To ask.
        filters: At least one: a search for everything is refused here, before it burdens an archive.
        limit: Most that are returned, whatever the server sends.

    Raises:
        Problem: The server does not answer, or not as it should.
    """
    if not any(value.strip("* ") for value in filters.values()):
        raise Problem(
            "search_empty",
            got="a search without a criterion",
            expected="a patient's number, a date or another attribute",
            next_step="Say what to look for.",
        )
    with _Session(server) as session:
        rows = session.ask(lambda client: client.search_for_studies(search_filters=dict(filters), limit=limit))
    studies = (
        StudyFound(
            _text(row, "0020000D"),
            _text(row, "00100010"),
            _text(row, "00100020"),
            _text(row, "00080020"),
            _text(row, "00081030"),
            tuple(_texts(row, "00080061")),
        )
        for row in rows
    )
    return tuple(study for study in studies if _UID.fullmatch(study.uid))[:limit]


def find_series(server: Server, study_uid: str, limit: int = 1000) -> tuple[SeriesFound, ...]:
    """Series of a study (QIDO-RS), in order of their numbers.

    Raises:
        Problem: The server does not answer, or not as it should.
    """
    _check_uid(study_uid)
    with _Session(server) as session:
        rows = session.ask(lambda client: client.search_for_series(study_uid, limit=limit))
    series = (
        SeriesFound(
            _text(row, "0020000E"),
            _text(row, "00080060"),
            _number(row, "00200011"),
            _text(row, "0008103E"),
            _number(row, "00201209"),
        )
        for row in rows
    )
    valid = [one for one in series if _UID.fullmatch(one.uid)][:limit]
    return tuple(sorted(valid, key=lambda one: (one.number is None, one.number or 0, one.uid)))


def fetch_series(
    server: Server,
    study_uid: str,
    series_uid: str,
    folder: Path,
    limits: Limits,
    report: Report = lambda _doing, _done: None,
    *,
    free_bytes: Callable[[Path], int] | None = None,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> int:
    """Fetches a series (WADO-RS) into a folder, for `import_path`.

    Args:
        server: To ask.
        study_uid: Of the study.
        series_uid: Of the series.
        folder: Empty; gets `00000.dcm` and so on. The caller removes it, also after a problem: patients' names
            are in it.
        limits: `unpacked_bytes` in all, `files`, `wall_s`, `spare_disk_bytes`.
        report: Told how many slices have come; how many will come is not known.
        free_bytes: Of a folder's disk.
        monotonic_s: A clock.

    Returns:
        How many instances came.

    Raises:
        Problem: The server does not answer, sends too much, or sends something else.
    """
    _check_uid(study_uid)
    _check_uid(series_uid)
    free = _free_bytes if free_bytes is None else free_bytes
    ends_s = monotonic_s() + limits.wall_s
    count = 0
    with _Session(server) as session:
        url = f"{server.url.rstrip('/')}/studies/{study_uid}/series/{series_uid}"
        kind, chunks = session.stream(url, _ACCEPT)
        bounded = _bounded(chunks, limits, lambda: monotonic_s() > ends_s)
        try:
            for part in parts(kind, bounded):
                if count >= limits.files:
                    raise too_much("files", limits)
                if free(folder) < limits.spare_disk_bytes:
                    raise disk_full(limits.spare_disk_bytes)
                with (folder / f"{count:05}.dcm").open("xb") as file:
                    for piece in part:
                        file.write(piece)
                count += 1
                report(f"Slice {count} has come", 0.0)
        except BadMultipart:
            raise _answered_otherwise("an answer that is cut short or holds no DICOM") from None
        except OSError as problem:
            raise _unreachable(problem) from None
    if count == 0:
        raise _answered_otherwise("a series without instances")
    return count


def _bounded(chunks: Iterable[bytes], limits: Limits, late: Callable[[], bool]) -> Iterator[bytes]:
    left = limits.unpacked_bytes
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise Problem(
                "too_much_sent",
                got=f"a series of more than {size(limits.unpacked_bytes)}",
                expected="a series that is smaller",
                next_step="Choose another series, or raise the limit if this one is right.",
                kind="refused",
            )
        if late():
            raise too_much("time", limits)
        yield chunk


class _Session:
    """One connection to a server, closed when left; what it raises are problems."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._answers: list[Any] = []
        if not re.match(r"https?://[^/@\s]+(/|$)", server.url):
            raise Problem(
                "dicomweb_address",
                got="an address that is none of a DICOMweb service",
                expected="https://host/path, with user and password in headers and not in the address",
                next_step="Correct the address.",
            )

    def __enter__(self) -> "_Session":
        from dicomweb_client import session_utils

        session: Any = session_utils.create_session()
        session.max_redirects = 0
        session.trust_env = False
        session.verify = True if self._server.certificates is None else str(self._server.certificates)
        # Packed answers are not asked for, so that what is counted is what is unpacked.
        session.headers.update({**self._server.headers, "Accept-Encoding": "identity"})
        session.hooks = {"response": [self._answered]}
        self._session = session
        return self

    def __exit__(self, *_: object) -> None:
        for answer in self._answers:
            answer.close()
        self._session.close()

    def _answered(self, answer: Any, *_: object, **__: object) -> None:
        self._answers.append(answer)

    def ask(self, question: Callable[[Any], Any]) -> list[dict[str, Any]]:
        """Rows of DICOM JSON."""
        from dicomweb_client.api import DICOMwebClient

        self._session.hooks["response"].append(_short_answer)
        client: Any = DICOMwebClient(url=self._server.url.rstrip("/"), session=self._session, timeout=TIMEOUT_S)
        client.set_http_retry_params(retry=False)
        try:
            rows = question(client)
        except (ValueError, TypeError, RecursionError):  # Before the next: what is no JSON is both to this library.
            raise _answered_otherwise("an answer that is no DICOM JSON") from None
        except OSError as problem:
            raise _unreachable(problem) from None
        if not isinstance(rows, list):
            raise _answered_otherwise("an answer that is no DICOM JSON")
        listed: list[Any] = rows  # pyright: ignore[reportUnknownVariableType]
        return [row for row in listed if isinstance(row, dict)]

    def stream(self, url: str, accept: str) -> tuple[str, Iterator[bytes]]:
        """Content type and pieces of an answer."""
        try:
            answer = self._session.get(url, headers={"Accept": accept}, stream=True, timeout=TIMEOUT_S)
            answer.raise_for_status()
        except OSError as problem:
            raise _unreachable(problem) from None
        _refuse_packed(answer)
        return str(answer.headers.get("Content-Type", "")), answer.iter_content(CHUNK_BYTES)


def _short_answer(answer: Any, *_: object, **__: object) -> None:
    """Reads an answer to a search itself, to no more than it may be."""
    _refuse_packed(answer)
    read = b""
    for chunk in answer.iter_content(CHUNK_BYTES):
        read += chunk
        if len(read) > ANSWER_BYTES:
            raise _answered_otherwise(f"an answer of more than {size(ANSWER_BYTES)}")
    answer._content = read
    answer._content_consumed = True


def _refuse_packed(answer: Any) -> None:
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _answered_otherwise("an answer that is packed, which was not asked for")


def _check_uid(uid: str) -> None:
    if not _UID.fullmatch(uid):
        raise Problem(
            "uid",
            got="something that is no UID",
            expected="digits and dots, 64 at most",
            next_step="Take it from the answer to a search.",
        )


def _texts(row: Mapping[str, Any], tag: str) -> list[str]:
    """Values of an attribute of DICOM JSON (PS3.18 F.2), as text."""
    element = row.get(tag)
    values: Any = element.get("Value") if isinstance(element, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    if not isinstance(values, list):
        return []
    listed: list[Any] = values  # pyright: ignore[reportUnknownVariableType]
    flat = [value.get("Alphabetic", "") if isinstance(value, dict) else value for value in listed]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return [str(value)[:200] for value in flat if value is not None]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _text(row: Mapping[str, Any], tag: str) -> str:
    return next(iter(_texts(row, tag)), "")


def _number(row: Mapping[str, Any], tag: str) -> int | None:
    text = _text(row, tag)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else None


def _free_bytes(folder: Path) -> int:
    import shutil

    return shutil.disk_usage(folder).free


def _answered_otherwise(got: str) -> Problem:
    return Problem(
        "dicomweb_answer",
        got=got,
        expected="a DICOMweb service's answer",
        next_step="Check the address of the service, and that it speaks DICOMweb (QIDO-RS, WADO-RS).",
        kind="unavailable",
    )


def _unreachable(problem: OSError) -> Problem:
    import errno

    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full()
    answer = getattr(problem, "response", None)
    status = f"status {answer.status_code}" if answer is not None else type(problem).__name__
    return Problem(
        "dicomweb_unreachable",
        got=f"no answer from the DICOMweb service ({status})",
        expected="a service that is running, and lets us in",
        next_step="Check its address, the network and the authorization, and try again.",
        kind="unavailable",
    )
