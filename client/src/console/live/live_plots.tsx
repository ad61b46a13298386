import { Group, Text, Title } from "@mantine/core";
import { useCallback, useMemo } from "react";
import type uPlot from "uplot";
import { formatNumber } from "../format.ts";
import { linePlot } from "../plot/line_plot.ts";
import type { Palette } from "../plot/palette.ts";
import { Plot } from "../plot/plot.tsx";
import { useRoom, useRoomTime } from "./room_context.ts";
import { beganAt, ratingsOf } from "./room_facts.ts";

/** Distress and heart rate since the session began, on one time axis. */
export default function LivePlots() {
  const room = useRoom();
  const nowMs = useRoomTime();
  const began = beganAt(room);
  const elapsedS = began === null ? 0 : Math.max(60, (nowMs - began / 1000) / 1000);
  const since = useCallback((time_us: number) => (began === null ? 0 : (time_us - began) / 1e6), [began]);
  const end = Math.ceil(elapsedS);

  const ratings = useMemo(() => ratingsOf(room.happenings), [room.happenings]);
  const suds = useMemo<uPlot.AlignedData>(() => {
    const last = ratings.at(-1);
    const times = ratings.map(({ time_us }) => since(time_us));
    const values: (number | null)[] = ratings.map(({ value }) => value);
    return last
      ? [
          [0, ...times, end],
          [null, ...values, last.value],
        ]
      : [
          [0, end],
          [null, null],
        ];
  }, [ratings, since, end]);
  const heart = useMemo<uPlot.AlignedData>(() => {
    const shown = room.heart.filter(({ time_us }) => since(time_us) >= 0);
    return [
      [0, ...shown.map(({ time_us }) => since(time_us)), end],
      [null, ...shown.map(({ bpm }) => bpm), null],
    ];
  }, [room.heart, since, end]);
  const buildSuds = useCallback(
    (palette: Palette) =>
      linePlot(palette, { stroke: palette.suds, range: [0, 100], stepped: true, points: true }),
    [],
  );
  const buildHeart = useCallback(
    (palette: Palette) => linePlot(palette, { stroke: palette.heart, softRange: [50, 120] }),
    [],
  );
  const beat = room.heart.at(-1);
  return (
    <section className="sheet" aria-label="Plots">
      <Title order={2} fz="md" mb={4}>
        SUDS
      </Title>
      <Plot
        label={`SUDS since the beginning: ${ratings.length} ratings, the last ${ratings.at(-1)?.value ?? "none"}`}
        height={130}
        data={suds}
        build={buildSuds}
      />
      <Group justify="space-between" align="baseline" mt="sm" mb={4}>
        <Title order={2} fz="md">
          Heart rate{" "}
          {beat && (
            <Text span size="sm" c="dimmed" fw={400}>
              {sourceWords(beat.source)}
            </Text>
          )}
        </Title>
        <Text className="numeric" fw={600}>
          {beat ? formatNumber(beat.bpm, "/min") : "no strap"}
        </Text>
      </Group>
      <Plot
        label={`Heart rate since the beginning, last ${beat ? Math.round(beat.bpm) : "none"}`}
        height={130}
        data={heart}
        build={buildHeart}
      />
    </section>
  );
}

function sourceWords(source: string): string {
  return source === "recorded" ? "recorded: not this patient's heart" : source;
}
