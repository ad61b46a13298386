import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./client.ts";

const sessionPath = (session_id: string) => ({ params: { path: { session_id } } });

export function useReport(session_id: string) {
  return useQuery({
    queryKey: ["sessions", session_id, "report"],
    queryFn: () => unwrap(api.GET("/api/sessions/{session_id}/report", sessionPath(session_id))),
  });
}

export function useReplay(session_id: string) {
  return useQuery({
    queryKey: ["sessions", session_id, "replay"],
    queryFn: () => unwrap(api.GET("/api/sessions/{session_id}/replay", sessionPath(session_id))),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
