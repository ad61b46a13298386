import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient } from "../query_client.ts";
import { api, unwrap } from "./client.ts";

export function useExperiences() {
  return useQuery({
    queryKey: ["experiences"],
    queryFn: () => unwrap(api.GET("/api/experiences", {})),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useTodaysSessions() {
  return useQuery({
    queryKey: ["sessions", "today"],
    queryFn: () => unwrap(api.GET("/api/sessions", { params: { query: { day: "today" } } })),
    refetchInterval: 20_000,
  });
}

export function usePatientSessions(patient_id: string) {
  return useQuery({
    queryKey: ["sessions", "patient", patient_id],
    queryFn: () => unwrap(api.GET("/api/sessions", { params: { query: { patient_id } } })),
  });
}

export function useSession(session_id: string) {
  return useQuery({
    queryKey: ["sessions", session_id],
    queryFn: () => unwrap(api.GET("/api/sessions/{session_id}", { params: { path: { session_id } } })),
  });
}

export function useStartSession() {
  return useMutation({
    mutationFn: (body: { patient_id: string; experience: string }) =>
      unwrap(api.POST("/api/sessions", { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["sessions"] }),
  });
}

export function useNewPairingCode(session_id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/sessions/{session_id}/pairing", { params: { path: { session_id } } })),
  });
}
