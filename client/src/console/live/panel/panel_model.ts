import type { CommandShape, ExperienceShape, Parameter } from "../../../wire/generated.ts";

/** What stands on the panel for one argument. `most` and `least` bound what may be sent. */
export type Control =
  | {
      kind: "slider";
      name: string;
      label: string;
      unit: string;
      least: number;
      most: number;
      top: number;
      step: number;
    }
  | {
      kind: "choice";
      name: string;
      label: string;
      options: { value: string; label: string; allowed: boolean }[];
    }
  | { kind: "switch"; name: string; label: string }
  | { kind: "text"; name: string; label: string };

/** One command as the panel shows it. */
export interface PanelItem {
  command: string;
  label: string;
  help: string;
  everyMs: number;
  controls: Control[];
  /** State field with what was last asked for. */
  sets: string | null;
  /** One control sends itself; several wait for a button. */
  sendsItself: boolean;
}

/** Where a number without limits may go: a slider needs an end. */
const OPEN_END = 100;

function inWords(member: string): string {
  const words = member.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function controlOf(parameter: Parameter): Control {
  const { name, label, kind, choices, ceiling } = parameter;
  if (kind === "choice" && choices) {
    const strongest = typeof ceiling === "string" ? choices.indexOf(ceiling) : choices.length - 1;
    const options = choices.map((value, index) => ({
      value,
      label: inWords(value),
      allowed: index <= strongest,
    }));
    return { kind: "choice", name, label, options };
  }
  if (kind === "flag") return { kind: "switch", name, label };
  if (kind === "text") return { kind: "text", name, label };
  const least = parameter.minimum ?? 0;
  const top = parameter.maximum ?? OPEN_END;
  const most = typeof ceiling === "number" ? Math.min(ceiling, top) : top;
  const step = parameter.step ?? (kind === "integer" ? 1 : stepFor(top - least));
  return { kind: "slider", name, label, unit: parameter.unit ?? "", least, most, top, step };
}

/** About a hundred steps over a range, in a round number. */
export function stepFor(range: number): number {
  const rough = range / 100;
  const power = 10 ** Math.floor(Math.log10(rough));
  const [factor = 10] = [1, 2, 5, 10].filter((one) => one * power >= rough * 0.999);
  return factor * power;
}

function itemOf(command: CommandShape): PanelItem {
  const controls = command.parameters.map(controlOf);
  return {
    command: command.name,
    label: command.label,
    help: command.help,
    everyMs: command.every_s * 1000,
    controls,
    sets: command.sets ?? null,
    sendsItself: controls.length === 1 && controls[0]?.kind !== "text",
  };
}

/** The panel of an experience: what the lead may command, in the order of the experience. */
export function panelOf(shape: ExperienceShape): PanelItem[] {
  return shape.commands.filter(({ by }) => by.includes("lead")).map(itemOf);
}

/** A number within what may be sent, on a step. */
export function bounded(control: Control & { kind: "slider" }, value: number): number {
  const steps = Math.round((value - control.least) / control.step);
  const stepped = Number((control.least + steps * control.step).toFixed(6));
  const most = control.most;
  return Math.min(most, Math.max(control.least, stepped));
}

/** The value of the state that a control shows before anyone moves it. */
export function presentValue(item: PanelItem, control: Control, state: Record<string, unknown>): unknown {
  const field = item.controls.length === 1 && item.sets !== null ? item.sets : control.name;
  return state[field];
}

/** How it is now, where that may differ from what was asked for: a lift under way. */
export function measuredValue(
  item: PanelItem,
  control: Control,
  state: Record<string, unknown>,
): number | null {
  const value = state[control.name];
  return item.sets !== null && item.sets !== control.name && typeof value === "number" ? value : null;
}
