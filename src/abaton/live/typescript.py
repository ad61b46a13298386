"""TypeScript types of the wire, generated from `wire` and `log` so that nothing is written twice.

`python -m abaton.live.typescript FILE` writes the module; with `--check` it fails where the file differs.
"""

import argparse
import sys
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from abaton.live import log, wire

_HEADER = """\
// Generated from the Python definitions of the wire by `python -m abaton.live.typescript`. Do not edit.
"""

_CONSTANTS = ("PROTOCOL", "POSE", "POSES", "MAX_FRAME_BYTES", "MAX_POSE_BYTES")
_UNIONS: dict[str, Any] = {
    "ClientMessage": wire.ClientMessage,
    "RoomMessage": wire.RoomMessage,
    "Fact": log.AnyFact,
}


def generate() -> str:
    """The whole TypeScript module."""
    parts = [_HEADER]
    parts += [f"export const {name} = {getattr(wire, name)};" for name in _CONSTANTS]
    named = _Named()
    unions: list[str] = []
    for name, union in _UNIONS.items():
        members = [named.reference(inspect.type_info(member)) for member in get_args(union)]
        unions.append(f"export type {name} =\n  | " + "\n  | ".join(members) + ";\n")
    return "\n".join([*parts, "", *named.definitions.values(), *unions])


class _Named:
    """Collects each struct and enumeration once, in the order in which they are met."""

    def __init__(self) -> None:
        self.definitions: dict[str, str] = {}

    def reference(self, kind: inspect.Type) -> str:
        match kind:
            case inspect.StructType():
                return self._struct(kind)
            case inspect.EnumType():
                return self._enum(kind.cls)
            case inspect.UnionType():
                return " | ".join(self.reference(member) for member in kind.types)
            case inspect.ListType():
                return f"Array<{self.reference(kind.item_type)}>"
            case inspect.DictType():
                return f"Record<{self.reference(kind.key_type)}, {self.reference(kind.value_type)}>"
            case _:
                return _SIMPLE[type(kind)]

    def _struct(self, kind: inspect.StructType) -> str:
        name = _exported(kind.cls)
        if name not in self.definitions:
            self.definitions[name] = ""  # holds the place, so that what it refers to comes after it
            lines = [f"  {kind.tag_field}: {_quoted(kind.tag)};"] if kind.tag_field else []
            lines += [f"  {field.encode_name}{_mark(field)}: {self.reference(field.type)};" for field in kind.fields]
            body = "\n".join(lines)
            self.definitions[name] = f"{_comment(kind.cls)}export interface {name} {{\n{body}\n}}\n"
        return name

    def _enum(self, enumeration: type[Enum]) -> str:
        name = enumeration.__name__
        if name not in self.definitions:
            values = " | ".join(_quoted(member.value) for member in enumeration)
            self.definitions[name] = f"{_comment(enumeration)}export type {name} = {values};\n"
        return name


_SIMPLE: dict[type[inspect.Type], str] = {
    inspect.AnyType: "unknown",
    inspect.NoneType: "null",
    inspect.BoolType: "boolean",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.StrType: "string",
    inspect.BytesType: "Uint8Array",
}


def _exported(cls: type[msgspec.Struct]) -> str:
    # `Device`, `Stopped` and the like would be mistaken for each other, so a fact says that it is one.
    return f"{cls.__name__}Fact" if issubclass(cls, log.Fact) else cls.__name__


def _mark(field: inspect.Field) -> str:
    return "" if field.required else "?"


def _quoted(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _comment(cls: type) -> str:
    first = (cls.__doc__ or "").strip().splitlines()[0]
    return f"/** {first} */\n"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the file; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    text = generate()
    if not options.check:
        options.file.write_text(text)
        return 0
    if options.file.exists() and options.file.read_text() == text:
        return 0
    sys.stderr.write(
        f"{options.file} differs from the Python definitions of the wire. "
        f"Run: python -m abaton.live.typescript {options.file}\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
