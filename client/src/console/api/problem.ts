/** The body of every error that the server answers. */
export interface ProblemBody {
  code: string;
  got: string;
  expected: string;
  next: string;
}

/** A request that the server refused or that never reached it. `status` is 0 when it was not reached. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    super(`${body.code}: got ${body.got}`);
    this.name = "ApiProblem";
    this.status = status;
    this.body = body;
  }
}

export const unreachable: ProblemBody = {
  code: "unreachable",
  got: "no answer",
  expected: "an answer from the clinic's server",
  next: "Check the network of this computer, then try again.",
};

function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === "object" && value !== null && "code" in value && "next" in value;
}

/** What the server answered, as a problem; a body of another shape (a proxy's page) is told by its status. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const inner = typeof body === "object" && body !== null && "error" in body ? body.error : body;
  if (isProblemBody(inner)) return new ApiProblem(status, inner);
  return new ApiProblem(status, {
    code: "unexpected_answer",
    got: `status ${status}`,
    expected: "an answer of Abaton's server",
    next: "Try again. If it stays so, ask whoever runs the server to look at its log.",
  });
}

/** Any thrown value as a problem that a page can show. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof TypeError) return new ApiProblem(0, unreachable);
  return new ApiProblem(0, {
    code: "page_error",
    got: error instanceof Error ? error.message : String(error),
    expected: "a working page",
    next: "Load the page again.",
  });
}
