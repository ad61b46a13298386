import { useMutation, useQuery } from "@tanstack/react-query";
import { ME, queryClient } from "../query_client.ts";
import { api, keepCsrf, unwrap } from "./client.ts";
import { asProblem } from "./problem.ts";
import type { Me } from "./types.ts";

async function fetchMe(): Promise<Me | null> {
  try {
    const me = await unwrap(api.GET("/api/me", {}));
    keepCsrf(me.csrf);
    return me;
  } catch (error) {
    if (asProblem(error).status === 401) return null;
    throw error;
  }
}

/** Who is signed in; `data` is null when nobody is. */
export function useMe() {
  return useQuery({ queryKey: ME, queryFn: fetchMe, staleTime: 5 * 60_000 });
}

/** Keeps the sign-in alive while a session is led: the socket alone does not count as use, and must not be cut off. */
export function useStaySignedIn(): void {
  useQuery({
    queryKey: ME,
    queryFn: fetchMe,
    staleTime: 5 * 60_000,
    refetchInterval: 5 * 60_000,
    refetchIntervalInBackground: true,
  });
}

/** Puts another account in the place of the one before, and forgets all that that one has read. */
function become(me: Me | null): void {
  keepCsrf(me?.csrf ?? null);
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
  queryClient.setQueryData(ME, me);
}

export function useSignIn() {
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST("/api/sign-in", { body })),
    onSuccess: become,
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/sign-out", {})),
    onSuccess: () => become(null),
  });
}

/** Whether the clinic still waits for its first administrator. */
export function useSetupNeeded() {
  return useQuery({
    queryKey: ["setup"],
    queryFn: () => unwrap(api.GET("/api/setup", {})),
  });
}

export interface FirstAdministrator {
  link: string;
  clinic_name: string;
  name: string;
  email: string;
  password: string;
}

export function useSetUp() {
  return useMutation({
    mutationFn: (body: FirstAdministrator) => unwrap(api.POST("/api/setup", { body })),
    onSuccess: (me) => {
      if (me?.practitioner_id) become(me);
    },
  });
}
