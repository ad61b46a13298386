/** A rating as the subject makes it: choose, change, confirm. */
import type { Answer, Question } from "../wire/generated.ts";
import type { How } from "../xr/input.ts";

const STEP = 10;
const MOST = 100;
const MIDDLE = 50;

export class Rating {
  /** What is chosen now; null before anything is. */
  value: number | null = null;
  private question: number | null = null;
  private sent: Answer | null = null;

  /** Follows the room's question; true when it is a new one. */
  follow(question: Question | null): boolean {
    const number = question?.number ?? null;
    if (number === this.question) return false;
    this.question = number;
    this.value = null;
    this.sent = null;
    return number !== null;
  }

  /** Whether the question is answered and the room has yet to say so. */
  get answered(): boolean {
    return this.sent !== null;
  }

  /** The value one step on by an arrow key; from nothing it begins in the middle. */
  step(key: string): number {
    if (this.value === null) return MIDDLE;
    const up = key === "ArrowRight" || key === "ArrowUp";
    return Math.min(MOST, Math.max(0, this.value + (up ? STEP : -STEP)));
  }

  /** Confirms what is chosen; null when there is nothing to confirm. */
  answer(how: How): Answer | null {
    if (this.question === null || this.value === null || this.sent) return null;
    this.sent = { type: "answer", question: this.question, value: this.value, how };
    return this.sent;
  }

  /** The answer to send once more to a room that still asks what was answered while it was away. */
  toRepeat(question: Question | null): Answer | null {
    return question && this.sent?.question === question.number ? this.sent : null;
  }
}
