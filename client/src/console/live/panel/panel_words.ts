import type { ExperienceShape, Parameter } from "../../../wire/generated.ts";
import { formatNumber } from "../../format.ts";

function valueWords(parameter: Parameter | undefined, value: unknown): string {
  if (typeof value === "number") return formatNumber(value, parameter?.unit ?? "", 2);
  if (typeof value === "boolean") return value ? "on" : "off";
  return String(value).replaceAll("_", " ");
}

/** A command of the log in a line, such as “Rise to 12 m”. */
export function commandWords(
  shape: ExperienceShape | null,
  name: string,
  given: Record<string, unknown>,
): string {
  const command = shape?.commands.find((one) => one.name === name);
  const label = command?.label ?? name.replaceAll("_", " ");
  const values = Object.entries(given).map(([key, value]) =>
    valueWords(
      command?.parameters.find((parameter) => parameter.name === key),
      value,
    ),
  );
  return [label, values.join(", ")].filter((part) => part !== "").join(" ");
}
