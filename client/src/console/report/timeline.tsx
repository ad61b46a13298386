import { Stack, Table, Text, Title } from "@mantine/core";
import { useCallback, useMemo } from "react";
import uPlot from "uplot";
import type { Report } from "../api/types.ts";
import { AsTable } from "../feedback/as_table.tsx";
import { formatElapsed } from "../format.ts";
import type { Palette } from "../plot/palette.ts";
import { Plot } from "../plot/plot.tsx";
import { Swatch } from "../plot/swatch.tsx";
import { timelineOptions } from "./timeline_plot.ts";
import { type Row, rowsOf } from "./timeline_rows.ts";

/** What was raised, distress, and heart rate above each other on one time axis, with what happened marked. */
export default function Timeline({ report }: { report: Report }) {
  const { duration_s } = report.summary;
  const rows = useMemo(() => rowsOf(report.series, gradedOf(report), duration_s), [report, duration_s]);
  const sync = useMemo(() => uPlot.sync(report.session.id), [report.session.id]);
  return (
    <section className="sheet">
      <Title order={2} fz="lg" mb="md">
        Timeline
      </Title>
      {rows.length === 0 && <Text c="dimmed">Nothing was measured in this session.</Text>}
      {rows.map((row, index) => (
        <TimelineRow
          key={row.key}
          row={row}
          report={report}
          syncKey={sync.key}
          last={index === rows.length - 1}
        />
      ))}
      <Text size="sm" c="dimmed" mt="xs">
        Marks: <b>N</b> note, <b>■</b> stop, <b>▷</b> beginning and going on.
      </Text>
      <AsTable>
        <EventTable report={report} />
      </AsTable>
    </section>
  );
}

/** The graded fields: those whose most the summary tells. */
function gradedOf(report: Report): string[] {
  return report.summary.highest.map(({ field }) => field);
}

interface RowProps {
  row: Row;
  report: Report;
  syncKey: string;
  last: boolean;
}

function TimelineRow({ row, report, syncKey, last }: RowProps) {
  const build = useCallback(
    (palette: Palette) => timelineOptions(palette, row, report, { syncKey, withTimes: last }),
    [row, report, syncKey, last],
  );
  const measured = (row.data[1] as number[]).length;
  return (
    <Stack gap={2} mb="xs">
      <div>
        <Swatch of={row.kind}>
          {row.label}
          {row.unit && `, ${row.unit}`}
          {row.source === "recorded" && " (recorded: not this patient's heart)"}
        </Swatch>
      </div>
      <Plot
        label={`${row.label} over the session, ${measured} values; events and notes stand in the table`}
        height={last ? 156 : 132}
        data={row.data}
        build={build}
      />
    </Stack>
  );
}

function EventTable({ report }: { report: Report }) {
  const lines = [
    ...report.events.map(({ at_s, text }) => ({ at_s, what: text })),
    ...report.notes.map(({ at_s, text }) => ({ at_s, what: `Note: ${text}` })),
    ...(report.series
      .find(({ key }) => key === "suds")
      ?.at_s.map((at_s, index) => ({
        at_s,
        what: `SUDS ${report.series.find(({ key }) => key === "suds")?.values[index]}`,
      })) ?? []),
  ].sort((a, b) => a.at_s - b.at_s);
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Time</Table.Th>
          <Table.Th scope="col">What happened</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map(({ at_s, what }) => (
          <Table.Tr key={`${at_s} ${what}`}>
            <Table.Td className="numeric">{formatElapsed(at_s)}</Table.Td>
            <Table.Td>{what}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
