import { Stack, Title } from "@mantine/core";
import { lazy, Suspense } from "react";
import { usePatientSessions } from "../api/sessions.ts";
import { Empty } from "../feedback/empty.tsx";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { IconCalendar } from "../icons.ts";
import { SessionList } from "../session_list/session_list.tsx";
import type { PanelProps } from "./panel_props.ts";
import { StartSession } from "./start_session.tsx";

const Trends = lazy(() => import("./trends.tsx"));

export function Overview({ patient, mayWrite }: PanelProps) {
  return (
    <Stack gap="lg">
      {mayWrite && <StartSession patient={patient} />}
      <Suspense fallback={<Loading what="Loading the course" />}>
        <Trends patientId={patient.id} />
      </Suspense>
      <section className="sheet">
        <Title order={2} fz="lg" mb="md">
          Sessions
        </Title>
        <Sessions patientId={patient.id} />
      </section>
    </Stack>
  );
}

function Sessions({ patientId }: { patientId: string }) {
  const sessions = usePatientSessions(patientId);
  if (sessions.isPending) return <Loading what="Loading sessions" />;
  if (sessions.isError) return <ProblemNotice error={sessions.error} onRetry={() => sessions.refetch()} />;
  if (sessions.data.length > 0) return <SessionList sessions={sessions.data} ofOnePatient />;
  return (
    <Empty icon={<IconCalendar size={40} stroke={1.3} />} title="No session yet">
      When consent and today's screening are recorded, start the first one above.
    </Empty>
  );
}
