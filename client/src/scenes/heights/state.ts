/** What the heights scene is drawn from; the keys are those of the wire. */
export type Railing = "full" | "low" | "none";
export type Floor = "opaque" | "glass";

export interface HeightsState {
  /** Height of the lift's platform over the plaza, metres, 0..60. */
  height_m: number;
  target_m: number;
  speed_mps: number;
  railing: Railing;
  floor: Floor;
  /** 0 still .. 1 strong. */
  wind: number;
}

/** Height of the balustrade's top, metres, for each railing. */
export const railingHeight: Readonly<Record<Railing, number>> = { full: 1.1, low: 0.5, none: 0 };
