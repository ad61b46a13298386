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

/** Who is signed in, on pages that only open for someone who is. */
export function useSignedIn(): Me {
  const { data } = useMe();
  if (!data) throw new Error("This page was opened with nobody signed in. Sign in first.");
  return data;
}

function welcome(me: Me): void {
  keepCsrf(me.csrf);
  queryClient.clear();
  queryClient.setQueryData(ME, me);
}

export function useSignIn() {
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST("/api/sign-in", { body })),
    onSuccess: welcome,
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/sign-out", {})),
    onSuccess: () => {
      keepCsrf(null);
      queryClient.clear();
      queryClient.setQueryData(ME, null);
    },
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
      if (me?.practitioner_id) welcome(me);
    },
  });
}
