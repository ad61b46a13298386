import { Button, Text } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { IconPlayerPause, IconPlayerPlay } from "../../icons.ts";
import classes from "./mirror.module.css";
import { type MirrorSource, MirrorStage } from "./mirror_stage.ts";
import { Pace } from "./pace.ts";

const FRAMES_A_SECOND = 20;
const FRAMES_A_SECOND_REDUCED = 4;

interface Props {
  source: MirrorSource;
  /** What the picture shows, in words. */
  label: string;
}

/** A picture of what the patient sees. It rests while it is out of sight, and can be held still. */
export function Mirror({ source, label }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [paused, setPaused] = useState(false);
  const [failed, setFailed] = useState(false);
  const reduced = useReducedMotion();

  useEffect(() => {
    if (!place.current || paused) return;
    // A canvas that lost its context cannot get it back, so each start has one of its own.
    const element = document.createElement("canvas");
    element.className = classes.canvas ?? "";
    place.current.append(element);
    let stage: MirrorStage;
    try {
      stage = new MirrorStage(element, source);
    } catch {
      setFailed(true);
      return;
    }
    const stop = keepDrawing(element, stage, reduced ? FRAMES_A_SECOND_REDUCED : FRAMES_A_SECOND);
    return () => {
      stop();
      stage.dispose();
      element.remove();
    };
  }, [source, paused, reduced]);

  if (failed) {
    return (
      <section className="sheet">
        <Text>
          This browser cannot draw the patient's view (no WebGL). Everything else on this page works; turn
          hardware acceleration on to see it.
        </Text>
      </section>
    );
  }
  return (
    <div className={classes.frame}>
      <Text className={classes.opening} c="dimmed" aria-hidden>
        {paused ? "The view is hidden." : "Opening the view…"}
      </Text>
      <div ref={place} className={classes.place} role="img" aria-label={label} />
      <Button
        className={classes.pause}
        size="sm"
        variant="default"
        leftSection={
          paused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />
        }
        onClick={() => setPaused(!paused)}
      >
        {paused ? "Show the view" : "Hide the view"}
      </Button>
    </div>
  );
}

/** Draws at most `rate` frames a second while the canvas is in sight; the returned function ends it. */
function keepDrawing(canvas: HTMLCanvasElement, stage: MirrorStage, rate: number): () => void {
  const pace = new Pace(rate);
  let frame = 0;
  let visible = true;
  const step = (nowMs: number) => {
    frame = requestAnimationFrame(step);
    if (!visible || !pace.isDue(nowMs)) return;
    stage.refine(pace.fineness);
    stage.draw(nowMs);
  };
  const size = new ResizeObserver(() => stage.resize(canvas.clientWidth, canvas.clientHeight));
  size.observe(canvas);
  const sight = new IntersectionObserver(([entry]) => {
    visible = entry?.isIntersecting ?? true;
  });
  sight.observe(canvas);
  frame = requestAnimationFrame(step);
  return () => {
    cancelAnimationFrame(frame);
    size.disconnect();
    sight.disconnect();
  };
}
