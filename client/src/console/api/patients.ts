import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient } from "../query_client.ts";
import { api, unwrap } from "./client.ts";
import type { ConsentPurpose, PatientNew, ScreeningNew } from "./types.ts";

const patientPath = (patient_id: string) => ({ params: { path: { patient_id } } });

function refresh(patient_id: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ["patients", patient_id] });
}

export function usePatients(query: string) {
  return useQuery({
    queryKey: ["patients", "search", query],
    queryFn: () => unwrap(api.GET("/api/patients", { params: { query: { query } } })),
    placeholderData: (previous) => previous,
  });
}

export function usePatient(patient_id: string) {
  return useQuery({
    queryKey: ["patients", patient_id],
    queryFn: () => unwrap(api.GET("/api/patients/{patient_id}", patientPath(patient_id))),
  });
}

export function useAddPatient() {
  return useMutation({
    mutationFn: (body: PatientNew) => unwrap(api.POST("/api/patients", { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["patients"] }),
  });
}

export function useChangePatient(patient_id: string) {
  return useMutation({
    mutationFn: (body: Partial<PatientNew>) =>
      unwrap(api.PATCH("/api/patients/{patient_id}", { ...patientPath(patient_id), body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["patients"] }),
  });
}

export function useSetCeilings(patient_id: string, experience: string) {
  return useMutation({
    mutationFn: (values: Record<string, number | string>) =>
      unwrap(
        api.PUT("/api/patients/{patient_id}/ceilings/{experience}", {
          params: { path: { patient_id, experience } },
          body: { values },
        }),
      ),
    onSuccess: () => refresh(patient_id),
  });
}

export function useConsents(patient_id: string) {
  return useQuery({
    queryKey: ["patients", patient_id, "consents"],
    queryFn: () => unwrap(api.GET("/api/patients/{patient_id}/consents", patientPath(patient_id))),
  });
}

export function useRecordConsent(patient_id: string) {
  return useMutation({
    mutationFn: (body: { purpose: ConsentPurpose; given: boolean; version: string }) =>
      unwrap(api.POST("/api/patients/{patient_id}/consents", { ...patientPath(patient_id), body })),
    onSuccess: () => refresh(patient_id),
  });
}

export function useScreenings(patient_id: string) {
  return useQuery({
    queryKey: ["patients", patient_id, "screenings"],
    queryFn: () => unwrap(api.GET("/api/patients/{patient_id}/screenings", patientPath(patient_id))),
  });
}

export function useRecordScreening(patient_id: string) {
  return useMutation({
    mutationFn: (body: ScreeningNew) =>
      unwrap(api.POST("/api/patients/{patient_id}/screenings", { ...patientPath(patient_id), body })),
    onSuccess: () => refresh(patient_id),
  });
}

export function useTrends(patient_id: string) {
  return useQuery({
    queryKey: ["patients", patient_id, "trends"],
    queryFn: () => unwrap(api.GET("/api/patients/{patient_id}/trends", patientPath(patient_id))),
  });
}
