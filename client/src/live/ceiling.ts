/** The patient's ceilings, held where the picture is made: nothing that arrives is drawn beyond them. */
import type { ExperienceShape, Parameter } from "../wire/generated.ts";

/** The fields of an experience's state. */
export type State = Record<string, unknown>;

interface Limit {
  readonly parameter: Parameter;
  /** The most that may be drawn: a number, or the index of a choice. */
  most: number;
}

/**
 * Clamps a state to the ceilings of a patient.
 *
 * Ceilings come with the room's greeting. A later greeting may lower them and never raises them: a higher one takes
 * a new session. What is not a number, or not a known choice, is drawn as the weakest.
 */
export class Ceilings {
  private readonly limits = new Map<string, Limit>();

  constructor(shape: ExperienceShape) {
    this.tighten(shape);
  }

  /** Takes the ceilings of another greeting where they are lower. */
  tighten(shape: ExperienceShape): void {
    for (const parameter of shape.state) {
      const most = highest(parameter);
      const limit = this.limits.get(parameter.name);
      if (!limit) this.limits.set(parameter.name, { parameter, most });
      else limit.most = Math.min(limit.most, most);
    }
  }

  /** The value of one field as it may be drawn. */
  clamp(name: string, value: unknown): unknown {
    const limit = this.limits.get(name);
    if (!limit) return value;
    const { parameter, most } = limit;
    if (parameter.choices) return clampChoice(parameter.choices, value, most);
    if (parameter.kind !== "number" && parameter.kind !== "integer") return value;
    const least = parameter.minimum ?? Number.NEGATIVE_INFINITY;
    const weakest = Number.isFinite(least) ? least : 0;
    if (typeof value !== "number" || Number.isNaN(value)) return Math.min(weakest, most);
    return Math.min(Math.max(value, least), most);
  }

  /** Clamps every field of `state` in place. */
  apply(state: State): void {
    for (const [name, { parameter, most }] of this.limits) {
      const value = state[name];
      const sound = typeof value === "number" && value <= most && value >= (parameter.minimum ?? value);
      if (name in state && !sound) state[name] = this.clamp(name, value);
    }
  }
}

function highest({ choices, ceiling, maximum }: Parameter): number {
  if (choices) {
    const index = typeof ceiling === "string" ? choices.indexOf(ceiling) : choices.length - 1;
    return Math.max(0, index);
  }
  const top = maximum ?? Number.POSITIVE_INFINITY;
  return typeof ceiling === "number" ? Math.min(ceiling, top) : top;
}

function clampChoice(choices: string[], value: unknown, most: number): string | undefined {
  const index = typeof value === "string" ? choices.indexOf(value) : -1;
  return choices[Math.min(Math.max(0, index), most)];
}
