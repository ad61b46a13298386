import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { queryClient } from "../query_client.ts";
import { api, unwrap } from "./client.ts";
import type { PractitionerChange, PractitionerNew } from "./types.ts";

const ACCOUNTS = ["practitioners"] as const;

export function useAccounts() {
  return useQuery({ queryKey: ACCOUNTS, queryFn: () => unwrap(api.GET("/api/practitioners", {})) });
}

export function useAddAccount() {
  return useMutation({
    mutationFn: (body: PractitionerNew) => unwrap(api.POST("/api/practitioners", { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ACCOUNTS }),
  });
}

export function useChangeAccount() {
  return useMutation({
    mutationFn: ({ id, ...body }: PractitionerChange & { id: string }) =>
      unwrap(
        api.PATCH("/api/practitioners/{practitioner_id}", {
          params: { path: { practitioner_id: id } },
          body,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ACCOUNTS }),
  });
}

/** The audit log, latest first, a page at a time. */
export function useAudit() {
  return useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET("/api/audit", { params: { query: pageParam === null ? {} : { before: pageParam } } })),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_before,
  });
}

export function useVerifyAudit() {
  return useMutation({ mutationFn: () => unwrap(api.GET("/api/audit/verify", {})) });
}
