import type { ProblemBody } from "../api/problem.ts";

const titles: Record<string, string> = {
  unreachable: "The server did not answer",
  unexpected_answer: "The server answered with something unexpected",
  page_error: "This page ran into a problem",
  not_found: "That does not exist here",
  forbidden: "Your account may not do this",
  unauthenticated: "Nobody is signed in",
  wrong_password: "Email or password is wrong",
  throttled: "Too many tries",
  validation: "Something in the form does not fit",
};

/** A heading for a problem: its own words where known, else its code made readable. */
export function problemTitle(body: ProblemBody): string {
  const known = titles[body.code];
  if (known) return known;
  const words = body.code.replaceAll(/[_-]+/g, " ").trim();
  return words === "" ? "This did not work" : words.charAt(0).toUpperCase() + words.slice(1);
}
