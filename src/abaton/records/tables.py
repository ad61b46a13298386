"""The tables of the records. Every clinical row carries its clinic, and its foreign keys carry it too."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")
_ID = String(26)


def _clinic() -> Column[str]:
    return Column("clinic_id", _ID, ForeignKey("clinic.id"), nullable=False)


def _of(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


clinic = Table(
    "clinic",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("audit_count", BigInteger, nullable=False),
    Column("audit_digest", LargeBinary, nullable=False),
)

practitioner = Table(
    "practitioner",
    metadata,
    Column("id", _ID, primary_key=True),
    _clinic(),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), CheckConstraint("role IN ('admin', 'lead', 'observer')", "role"), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    CheckConstraint("role IN ('admin', 'lead', 'observer')", "role"),
    UniqueConstraint("clinic_id", "id"),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _clinic(),
    Column("practitioner_id", _ID, nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    _of("practitioner", "practitioner_id"),
)

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("used_us", BigInteger),
)

patient = Table(
    "patient",
    metadata,
    Column("id", _ID, primary_key=True),
    _clinic(),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("mrn", Text),
    Column("ceilings", JSON, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    UniqueConstraint("clinic_id", "id"),
    UniqueConstraint("clinic_id", "mrn"),
)

consent = Table(
    "consent",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("id", _ID, nullable=False, unique=True),
    _clinic(),
    Column("patient_id", _ID, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("version", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    CheckConstraint("purpose IN ('care', 'recording', 'research')", "purpose"),
    _of("patient", "patient_id"),
    Index(None, "clinic_id", "patient_id"),
)

screening = Table(
    "screening",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("id", _ID, nullable=False, unique=True),
    _clinic(),
    Column("patient_id", _ID, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    _of("patient", "patient_id"),
    Index(None, "clinic_id", "patient_id"),
)

session = Table(
    "session",
    metadata,
    Column("id", _ID, primary_key=True),
    _clinic(),
    Column("patient_id", _ID, nullable=False),
    Column("lead_id", _ID, nullable=False),
    Column("experience", Text, nullable=False),
    Column("state", String(16), CheckConstraint("state IN ('planned', 'open', 'closed')", "state"), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("planned_us", BigInteger, nullable=False),
    Column("opened_us", BigInteger),
    Column("closed_us", BigInteger),
    Column("summary", JSON(none_as_null=True)),
    Column("entry_count", BigInteger, nullable=False),
    Column("entry_digest", LargeBinary, nullable=False),
    CheckConstraint("state IN ('planned', 'open', 'closed')", "state"),
    _of("patient", "patient_id"),
    _of("practitioner", "lead_id"),
    UniqueConstraint("clinic_id", "id"),
    Index(None, "clinic_id", "patient_id"),
    Index(None, "clinic_id", "planned_us"),
)


def _in_session(name: str, *columns: Column[object]) -> Table:
    """A table of what one entry of a session's log says, kept under the entry's number."""
    return Table(
        name,
        metadata,
        Column("session_id", _ID, primary_key=True),
        Column("entry", BigInteger, primary_key=True, autoincrement=False),
        _clinic(),
        Column("time_us", BigInteger, nullable=False),
        *columns,
        _of("session", "session_id"),
        ForeignKeyConstraint(["session_id", "entry"], ["entry.session_id", "entry.number"]),
        sqlite_with_rowid=False,
    )


# Without a row id the primary key is the row's only copy, so a changed byte cannot hide behind an index.
entry = Table(
    "entry",
    metadata,
    Column("session_id", _ID, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _clinic(),
    Column("tick", BigInteger, nullable=False),
    Column("time_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("fact", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    _of("session", "session_id"),
    sqlite_with_rowid=False,
)

observation = _in_session(
    "observation",
    Column("measure", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("how", Text, nullable=False),
)

note = _in_session("note", Column("author", Text, nullable=False), Column("text", Text, nullable=False))

segment = _in_session(
    "segment",
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

pairing = Table(
    "pairing",
    metadata,
    Column("id", _ID, primary_key=True),
    _clinic(),
    Column("session_id", _ID, nullable=False),
    Column("selector", String(4), nullable=False, index=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("cancelled_us", BigInteger),
    Column("used_us", BigInteger),
    Column("device_token_hash", LargeBinary, unique=True),
    _of("session", "session_id"),
    Index(None, "clinic_id", "session_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("clinic_id", _ID, ForeignKey("clinic.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("time_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index(None, "clinic_id", "record", "record_id"),
    sqlite_with_rowid=False,
)

CONFINED = (patient, consent, screening, session, entry, observation, note, segment, audit)
"""Tables that PostgreSQL confines to the clinic of the transaction by row-level security."""
