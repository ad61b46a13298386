/** Turns and zooms by mouse, touch and keyboard. */

export interface Moves {
  /** Degrees around the patient and upwards. */
  turn(right: number, up: number): void;
  zoom(factor: number): void;
  reset(): void;
  /** A hand lies on the picture. */
  hold(held: boolean): void;
}

const DEGREES_A_PIXEL = 0.4;
const KEY_DEGREES = 5;
const KEY_DEGREES_FAST = 15;
const KEY_ZOOM = 1.15;

/** Listens on `canvas`, which has to be focusable. */
export function listen(canvas: HTMLCanvasElement, moves: Moves): void {
  const fingers = new Map<number, { x: number; y: number }>();
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) {
      return;
    }
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moves.hold(true);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      return;
    }
    const apart = spread();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1) {
      const now = spread();
      if (apart > 0 && now > 0) {
        moves.zoom(now / apart);
      }
    } else {
      moves.turn((before.x - event.clientX) * DEGREES_A_PIXEL, (event.clientY - before.y) * DEGREES_A_PIXEL);
    }
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      moves.hold(fingers.size > 0);
    });
  }
  canvas.addEventListener(
    "wheel",
    (event) => {
      // Whoever scrolls past the picture wants to read on.
      if (document.activeElement === canvas || event.ctrlKey) {
        event.preventDefault();
        moves.zoom(Math.exp(-Math.sign(event.deltaY) * 0.12));
      }
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const step = event.shiftKey ? KEY_DEGREES_FAST : KEY_DEGREES;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => moves.turn(-step, 0),
      ArrowRight: () => moves.turn(step, 0),
      ArrowUp: () => moves.turn(0, step),
      ArrowDown: () => moves.turn(0, -step),
      "+": () => moves.zoom(KEY_ZOOM),
      "=": () => moves.zoom(KEY_ZOOM),
      "-": () => moves.zoom(1 / KEY_ZOOM),
      Home: () => moves.reset(),
    };
    const move = keys[event.key];
    if (move) {
      event.preventDefault();
      move();
    }
  });
}
