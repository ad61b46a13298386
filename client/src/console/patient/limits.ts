import type { Experience } from "../api/types.ts";

type Parameter = Experience["shape"]["state"][number];

export type Limits = Record<string, number | string>;

/** The fields of an experience whose intensity can be limited. */
export function gradedFields(shape: Experience["shape"]): Parameter[] {
  return shape.state.filter((field) => field.graded);
}

/** The most that the experience itself allows. */
export function fullRange(field: Parameter): number | string | null {
  return field.choices ? (field.choices.at(-1) ?? null) : field.maximum;
}

/** The limits in force: those set for the patient, else the full range. */
export function limitsInForce(fields: Parameter[], set: Limits): Limits {
  const inForce: Limits = {};
  for (const field of fields) {
    const value = set[field.name] ?? fullRange(field);
    if (value !== null) inForce[field.name] = value;
  }
  return inForce;
}

/** Only those limits that are less than the full range: what is to be kept. */
export function toKeep(fields: Parameter[], limits: Limits): Limits {
  return Object.fromEntries(
    fields
      .filter((field) => limits[field.name] !== undefined && limits[field.name] !== fullRange(field))
      .map((field) => [field.name, limits[field.name] as number | string]),
  );
}
