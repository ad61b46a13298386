"""`abaton patient compressions`: chest compressions from a stream of depths, scored."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from abaton.cli.screen import output


def compressions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: time_s,depth_mm; a depth may be empty.")],
    device_error: Annotated[
        float,
        typer.Option("--device-error", help="What a depth may be off by, mm: a hand controller about 5, a manikin 1."),
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Score chest compressions, with the interval that the device's error leaves. For training, never a certificate."""
    import msgspec

    from abaton.training.cpr.compressions import Stream, feed
    from abaton.training.cpr.samples import read_samples
    from abaton.training.cpr.score import score

    times, depths = read_samples(file)
    told = score(feed(Stream(), times, depths), device_error, mode="compressions only")
    if as_json:
        output().print(msgspec.json.encode(told).decode())
        return
    table = Table("Compressions", "Measured", "Target", "Within", "Surely", "Possibly", box=None, pad_edge=False)
    for column in table.columns[3:]:
        column.justify = "right"
    for name, measured, unit, target, field in (
        ("Depth", told.mean_depth_mm, "mm", "50 to 60 mm", "depth_pct"),
        ("Rate", told.rate_per_min, "/min", "100 to 120 /min", "rate_pct"),
        ("Release", told.mean_residual_mm, "mm left", "at most 5 mm left", "recoil_pct"),
    ):
        shares = [f"{getattr(shares, field):.0f} %" for shares in (told.shares, told.sure, told.possible)]
        table.add_row(name, "none" if measured is None else f"{measured:.1f} {unit}", target, *shares)
    output().print(table)
    output().print(
        f"{told.count} compressions, {100 * told.ccf:.0f} % of the time, {told.long_pauses} pauses over 10 s."
    )
    output().print(
        f"Score {told.score:.0f} of 100, between {told.low:.0f} and {told.high:.0f} "
        f"for an error of {device_error:g} mm ({told.edition})."
    )
    output().print("Practise on a manikin with an instructor. This is no certificate.")
