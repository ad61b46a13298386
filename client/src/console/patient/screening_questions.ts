import type { ScreeningAnswers } from "../api/types.ts";

/** One question and what a yes means: no session, or a session only after weighing the risk. */
export interface ScreeningQuestion {
  name: keyof ScreeningAnswers;
  question: string;
  onYes: "block" | "caution";
  meaning: string;
}

export const screeningQuestions: ScreeningQuestion[] = [
  {
    name: "seizures",
    question: "Has the patient ever had a seizure, or is epilepsy suspected?",
    onYes: "block",
    meaning: "Moving light can provoke a seizure. No session.",
  },
  {
    name: "psychosis",
    question: "Are there signs of an acute psychosis?",
    onYes: "block",
    meaning: "An artificial world can deepen it. No session.",
  },
  {
    name: "intoxication",
    question: "Is the patient under the influence of alcohol or drugs today?",
    onYes: "block",
    meaning: "No session today. Ask again another day.",
  },
  {
    name: "vestibular_disease",
    question: "Is there a disease of the inner ear or of balance?",
    onYes: "caution",
    meaning: "Dizziness and falls are more likely. Seat the patient, begin low and go slowly.",
  },
];

export type Draft = Partial<ScreeningAnswers>;

/** The answers once every question has one, else null. */
export function completed(draft: Draft): ScreeningAnswers | null {
  const { seizures, vestibular_disease, psychosis, intoxication } = draft;
  if (
    seizures === undefined ||
    vestibular_disease === undefined ||
    psychosis === undefined ||
    intoxication === undefined
  ) {
    return null;
  }
  return { seizures, vestibular_disease, psychosis, intoxication };
}

/** What the answers so far say. */
export function outcomeOf(draft: Draft): "clear" | "caution" | "block" {
  const yes = screeningQuestions.filter(({ name }) => draft[name] === true);
  if (yes.some(({ onYes }) => onYes === "block")) return "block";
  return yes.length > 0 ? "caution" : "clear";
}
