import { Table, Title } from "@mantine/core";
import { useCallback, useMemo } from "react";
import type uPlot from "uplot";
import { useTrends } from "../api/patients.ts";
import { useExperiences } from "../api/sessions.ts";
import type { Trend } from "../api/types.ts";
import { AsTable } from "../feedback/as_table.tsx";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatDate, formatNumber } from "../format.ts";
import type { Palette } from "../plot/palette.ts";
import { Plot } from "../plot/plot.tsx";
import { Swatch } from "../plot/swatch.tsx";
import { raisedFields, trendColumns, trendOptions } from "./trend_series.ts";

/** How distress and what was dared went from session to session. Nothing is shown before there is a course. */
export default function Trends({ patientId }: { patientId: string }) {
  const trends = useTrends(patientId);
  const experiences = useExperiences();
  if (trends.isPending || experiences.isPending) return <Loading what="Loading the course" />;
  if (trends.isError) return <ProblemNotice error={trends.error} onRetry={() => trends.refetch()} />;
  if (trends.data.length === 0) return null;
  const shapes = (experiences.data ?? []).map(({ shape }) => shape);
  return <Course trends={trends.data} shapes={shapes} />;
}

type Shapes = Parameters<typeof raisedFields>[0];

function Course({ trends, shapes }: { trends: Trend[]; shapes: Shapes }) {
  const ordered = useMemo(() => trends.toSorted((a, b) => a.opened_at.localeCompare(b.opened_at)), [trends]);
  const fields = raisedFields(shapes, ordered);
  const suds = useMemo(() => trendColumns(ordered, [(t) => t.suds_peak, (t) => t.suds_last]), [ordered]);
  const buildSuds = useCallback(
    (palette: Palette) =>
      trendOptions(
        palette,
        ordered,
        [0, 100],
        [
          { label: "Peak", stroke: palette.suds },
          { label: "Last", stroke: palette.heart, dash: [6, 4] },
        ],
      ),
    [ordered],
  );
  return (
    <section className="sheet">
      <Title order={2} fz="lg" mb="md">
        Course
      </Title>
      <Swatch of="suds">SUDS peak</Swatch>{" "}
      <Swatch of="heart" dashed>
        SUDS at the end
      </Swatch>
      <Plot
        label={`SUDS of ${ordered.length} sessions; the table below has every figure`}
        height={170}
        data={suds}
        build={buildSuds}
      />
      {fields.map((field) => (
        <RaisedField key={field.name} field={field} trends={ordered} />
      ))}
      <AsTable>
        <TrendTable trends={ordered} fields={fields} />
      </AsTable>
    </section>
  );
}

type Field = ReturnType<typeof raisedFields>[number];

function RaisedField({ field, trends }: { field: Field; trends: Trend[] }) {
  const data = useMemo<uPlot.AlignedData>(() => trendColumns(trends, [field.value]), [trends, field]);
  const build = useCallback(
    (palette: Palette) =>
      trendOptions(palette, trends, [0, field.maximum], [{ label: field.label, stroke: palette.exposure }]),
    [trends, field],
  );
  return (
    <>
      <Swatch of="exposure">
        {field.label} at most, {field.unit}
      </Swatch>
      <Plot label={`${field.label} reached in each session`} height={140} data={data} build={build} />
    </>
  );
}

function TrendTable({ trends, fields }: { trends: Trend[]; fields: Field[] }) {
  return (
    <Table className="numeric">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Session</Table.Th>
          <Table.Th scope="col">SUDS first</Table.Th>
          <Table.Th scope="col">Peak</Table.Th>
          <Table.Th scope="col">Last</Table.Th>
          {fields.map((field) => (
            <Table.Th scope="col" key={field.name}>
              {field.label}
            </Table.Th>
          ))}
          <Table.Th scope="col">Heart rate, mean</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {trends.map((trend) => (
          <Table.Tr key={trend.session_id}>
            <Table.Td>{formatDate(trend.opened_at)}</Table.Td>
            <Table.Td>{formatNumber(trend.suds_first)}</Table.Td>
            <Table.Td>{formatNumber(trend.suds_peak)}</Table.Td>
            <Table.Td>{formatNumber(trend.suds_last)}</Table.Td>
            {fields.map((field) => (
              <Table.Td key={field.name}>{formatNumber(field.value(trend), field.unit, 1)}</Table.Td>
            ))}
            <Table.Td>{formatNumber(trend.heart_rate_mean_bpm, "/min")}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
