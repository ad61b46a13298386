import { Stack, Text, Title } from "@mantine/core";
import { useConsents } from "../api/patients.ts";
import type { Consent } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatMoment } from "../format.ts";
import { purposeName } from "../words.ts";
import { ConsentCard } from "./consent_card.tsx";
import { consentTexts } from "./consent_texts.ts";
import type { PanelProps } from "./panel_props.ts";

export function ConsentPanel({ patient, mayWrite }: PanelProps) {
  const consents = useConsents(patient.id);
  if (consents.isPending) return <Loading what="Loading consent" />;
  if (consents.isError) return <ProblemNotice error={consents.error} onRetry={() => consents.refetch()} />;
  return (
    <Stack gap="lg">
      <Text c="dimmed" maw={680}>
        Read each text with the patient. Each consent is given and withdrawn by itself; only care is needed
        for a session.
      </Text>
      {consentTexts.map((text) => (
        <ConsentCard
          key={text.purpose}
          patientId={patient.id}
          text={text}
          given={consents.data[text.purpose]}
          latest={consents.data.history.find(({ purpose }) => purpose === text.purpose)}
          mayWrite={mayWrite}
        />
      ))}
      <History history={consents.data.history} />
    </Stack>
  );
}

function History({ history }: { history: Consent[] }) {
  if (history.length === 0) return null;
  return (
    <section className="sheet">
      <Title order={2} fz="lg" mb="sm">
        What was recorded
      </Title>
      <Stack component="ul" gap={6} m={0} pl="lg">
        {history.map((consent) => (
          <Text component="li" key={consent.id} size="sm">
            <span className="numeric">{formatMoment(consent.recorded_at)}</span>:{" "}
            {purposeName(consent.purpose)} {consent.given ? "given" : "withdrawn"}{" "}
            <Text span c="dimmed">
              (text {consent.version})
            </Text>
          </Text>
        ))}
      </Stack>
    </section>
  );
}
