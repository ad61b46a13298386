import { Alert, Stack, Text } from "@mantine/core";
import { useScreenings } from "../api/patients.ts";
import type { Screening } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatMoment } from "../format.ts";
import { IconAlertTriangle, IconCheck, IconLock } from "../icons.ts";
import type { PanelProps } from "./panel_props.ts";
import { namedQuestions } from "./readiness.ts";
import { ScreeningForm } from "./screening_form.tsx";

export function ScreeningPanel({ patient, mayWrite }: PanelProps) {
  const screenings = useScreenings(patient.id);
  if (screenings.isPending) return <Loading what="Loading screenings" />;
  if (screenings.isError)
    return <ProblemNotice error={screenings.error} onRetry={() => screenings.refetch()} />;
  const [latest] = screenings.data;
  return (
    <Stack gap="lg">
      {latest ? <Latest screening={latest} /> : <Text c="dimmed">No screening was recorded yet.</Text>}
      {mayWrite && <ScreeningForm patientId={patient.id} />}
    </Stack>
  );
}

const looks = {
  clear: { color: "sea", icon: <IconCheck size={20} aria-hidden />, title: "Clear: a session may start" },
  caution: { color: "sand", icon: <IconAlertTriangle size={20} aria-hidden />, title: "Caution" },
  block: { color: "clay", icon: <IconLock size={20} aria-hidden />, title: "Blocked: no session" },
};

function Latest({ screening }: { screening: Screening }) {
  const over = new Date(screening.valid_until) <= new Date();
  const look = looks[screening.outcome];
  const reasons = [...screening.blocking, ...screening.cautions];
  return (
    <Alert
      color={over ? "gray" : look.color}
      icon={look.icon}
      title={over ? "The last screening is no longer valid" : look.title}
      styles={{ title: { color: "var(--mantine-color-text)", fontSize: 16 } }}
    >
      <Text size="sm">
        {reasons.length > 0 && `Yes to: ${namedQuestions(reasons)}. `}
        {screening.outcome === "caution" &&
          (screening.acknowledged ? "Acknowledged. " : "Not acknowledged. ")}
        Recorded {formatMoment(screening.recorded_at)}, valid until {formatMoment(screening.valid_until)}.
      </Text>
      {screening.note && (
        <Text size="sm" mt={4}>
          Note: {screening.note}
        </Text>
      )}
    </Alert>
  );
}
