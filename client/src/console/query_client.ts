import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { asProblem } from "./api/problem.ts";

/** Where the answer of `GET /api/me` is kept: null when nobody is signed in. */
export const ME = ["me"] as const;

function forgetWhoIsSignedIn(error: unknown): void {
  if (asProblem(error).status === 401) queryClient.setQueryData(ME, null);
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: forgetWhoIsSignedIn }),
  mutationCache: new MutationCache({ onError: forgetWhoIsSignedIn }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) => count < 2 && asProblem(error).status === 0,
    },
  },
});
