import type { ConsentState, Screening } from "../api/types.ts";

/** One thing that must be so before a session starts. */
export interface Requirement {
  name: "consent" | "screening";
  met: boolean;
  text: string;
}

const questions: Record<string, string> = {
  seizures: "seizures",
  vestibular_disease: "vestibular disease",
  psychosis: "psychosis",
  intoxication: "intoxication",
};

/** The names of screening questions as one reads them, joined. */
export function namedQuestions(names: string[]): string {
  return names.map((name) => questions[name] ?? name.replaceAll("_", " ")).join(", ");
}

function consentRequirement(consent: ConsentState): Requirement {
  return consent.care
    ? { name: "consent", met: true, text: "Consent to care is given." }
    : { name: "consent", met: false, text: "Consent to care is missing." };
}

function screeningRequirement(screening: Screening | undefined, now: Date): Requirement {
  const name = "screening";
  if (!screening) return { name, met: false, text: "The screening questions have not been asked yet." };
  if (new Date(screening.valid_until) <= now) {
    return {
      name,
      met: false,
      text: "The last screening is no longer valid. Ask the questions again today.",
    };
  }
  if (screening.outcome === "block") {
    return { name, met: false, text: `Screening says no: ${namedQuestions(screening.blocking)}.` };
  }
  if (screening.outcome === "caution" && !screening.acknowledged) {
    return {
      name,
      met: false,
      text: `Screening says caution: ${namedQuestions(screening.cautions)}. Acknowledge it.`,
    };
  }
  if (screening.outcome === "caution") {
    return {
      name,
      met: true,
      text: `Screening: caution acknowledged (${namedQuestions(screening.cautions)}).`,
    };
  }
  return { name, met: true, text: "Today's screening is clear." };
}

/** What a session needs and whether it is there. `screenings` are latest first. */
export function requirements(consent: ConsentState, screenings: Screening[], now: Date): Requirement[] {
  return [consentRequirement(consent), screeningRequirement(screenings[0], now)];
}
