import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./generated.ts";
import { ApiProblem, problemOf, unreachable } from "./problem.ts";

let csrf: string | null = null;

/** Keeps the token that unsafe requests carry; the server gives it with `Me`. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}

const carryCsrf: Middleware = {
  onRequest({ request }) {
    if (csrf !== null && request.method !== "GET") request.headers.set("X-Abaton-CSRF", csrf);
    return request;
  },
  onError() {
    return new ApiProblem(0, unreachable);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });
api.use(carryCsrf);

/** The data of an answer; throws `ApiProblem` where the server refused. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}
