import { ActionIcon, Button, Group, Kbd, SegmentedControl, Slider, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import type { Replay } from "../api/types.ts";
import { formatElapsed } from "../format.ts";
import { IconPlayerPause, IconPlayerPlay, IconPlayerSkipBack, IconPlayerSkipForward } from "../icons.ts";
import { neighbour, speeds } from "./clock.ts";
import classes from "./transport.module.css";
import type { usePlayback } from "./use_playback.ts";

interface Props {
  replay: Replay;
  playback: ReturnType<typeof usePlayback>;
}

/** Play, speed, and a scrubber with what happened marked on it. */
export function Transport({ replay, playback }: Props) {
  const { shown, toggle, moveTo, setSpeed } = playback;
  const times = [...replay.events, ...replay.notes].map(({ at_s }) => at_s);
  const jump = (direction: 1 | -1) => {
    const time = neighbour(times, shown.at_s, direction);
    if (time !== null) moveTo(time);
  };
  // Bound to Ctrl, for single keys would get in the way of who steers by voice.
  useHotkeys([
    ["mod+Space", toggle],
    ["mod+ArrowLeft", () => jump(-1)],
    ["mod+ArrowRight", () => jump(1)],
  ]);
  const words = `${formatElapsed(shown.at_s)} of ${formatElapsed(shown.duration_s)}`;
  return (
    <section className="sheet" aria-label="Playing">
      <div className={classes.marks} aria-hidden>
        {replay.events.map(({ at_s, kind }, index) => (
          <i
            // biome-ignore lint/suspicious/noArrayIndexKey: events never change place
            key={index}
            data-kind={kind}
            style={{ left: `${(100 * at_s) / shown.duration_s}%` }}
          />
        ))}
        {replay.notes.map(({ at_s }) => (
          <i key={at_s} data-kind="noted" style={{ left: `${(100 * at_s) / shown.duration_s}%` }} />
        ))}
      </div>
      <Slider
        thumbLabel="Time in the session"
        size="md"
        thumbSize={26}
        min={0}
        max={shown.duration_s}
        step={1}
        label={null}
        value={shown.at_s}
        onChange={moveTo}
        thumbValueText={words}
      />
      <Group justify="space-between" mt="md" gap="sm">
        <Group gap="sm">
          <ActionIcon variant="default" size="lg" aria-label="To the event before" onClick={() => jump(-1)}>
            <IconPlayerSkipBack size={20} aria-hidden />
          </ActionIcon>
          <Button
            leftSection={
              shown.playing ? (
                <IconPlayerPause size={20} aria-hidden />
              ) : (
                <IconPlayerPlay size={20} aria-hidden />
              )
            }
            onClick={toggle}
            miw={110}
          >
            {shown.playing ? "Pause" : "Play"}
          </Button>
          <ActionIcon variant="default" size="lg" aria-label="To the next event" onClick={() => jump(1)}>
            <IconPlayerSkipForward size={20} aria-hidden />
          </ActionIcon>
          <Text className="numeric" fw={600} ml="xs">
            {words}
          </Text>
        </Group>
        <SegmentedControl
          aria-label="Speed"
          value={String(shown.speed)}
          onChange={(speed) => setSpeed(Number(speed))}
          data={speeds.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
        />
      </Group>
      <Text size="sm" c="dimmed" mt="xs">
        <Kbd size="xs">Ctrl Space</Kbd> play or pause, <Kbd size="xs">Ctrl ←</Kbd> <Kbd size="xs">Ctrl →</Kbd>{" "}
        from event to event
      </Text>
    </section>
  );
}
