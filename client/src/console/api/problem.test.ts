import { describe, expect, it } from "vitest";
import { problemTitle } from "../feedback/problem_words.ts";
import { ApiProblem, asProblem, problemOf } from "./problem.ts";

describe("problemOf", () => {
  it("takes the server's own words", () => {
    const body = { code: "consent", got: "no consent", expected: "consent to care", next: "Record it." };
    expect(problemOf(409, { error: body }).body).toEqual(body);
  });

  it("tells a body of another shape by its status", () => {
    expect(problemOf(502, "<html>").body).toMatchObject({ code: "unexpected_answer", got: "status 502" });
  });
});

describe("asProblem", () => {
  it("keeps a problem, and takes a failed fetch for a server that did not answer", () => {
    const problem = problemOf(404, null);
    expect(asProblem(problem)).toBe(problem);
    expect(asProblem(new TypeError("Failed to fetch")).body.code).toBe("unreachable");
    expect(asProblem(new Error("odd"))).toBeInstanceOf(ApiProblem);
  });
});

describe("problemTitle", () => {
  it("makes an unknown code readable", () => {
    const body = { code: "screening_block", got: "", expected: "", next: "" };
    expect(problemTitle(body)).toBe("Screening block");
  });
});
