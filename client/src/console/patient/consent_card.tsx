import { Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useRecordConsent } from "../api/patients.ts";
import type { Consent } from "../api/types.ts";
import { confirm } from "../feedback/confirm.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { tellDone } from "../feedback/told.ts";
import { formatDate } from "../format.ts";
import type { ConsentText } from "./consent_texts.ts";

interface Props {
  patientId: string;
  text: ConsentText;
  given: boolean;
  latest: Consent | undefined;
  mayWrite: boolean;
}

export function ConsentCard({ patientId, text, given, latest, mayWrite }: Props) {
  const record = useRecordConsent(patientId);
  const set = (value: boolean) =>
    record.mutate(
      { purpose: text.purpose, given: value, version: text.version },
      { onSuccess: () => tellDone(`${text.title}: consent ${value ? "recorded" : "withdrawn"}.`) },
    );
  const withdraw = () =>
    confirm({
      title: `Withdraw consent to ${text.title.toLowerCase()}?`,
      consequence: text.withdrawal,
      yes: "Withdraw",
      onYes: () => set(false),
    });
  const outdated = given && latest !== undefined && latest.version !== text.version;
  return (
    <section className="sheet" aria-labelledby={`consent-${text.purpose}`}>
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="lg" id={`consent-${text.purpose}`}>
          {text.title}
        </Title>
        <ConsentBadge given={given} latest={latest} />
      </Group>
      <Stack gap="md">
        {record.isError && <ProblemNotice error={record.error} />}
        <Text maw={680}>{text.text}</Text>
        {outdated && (
          <Text size="sm">
            The text has changed since: the patient agreed to {latest.version}, this is {text.version}. Read
            it again together.
          </Text>
        )}
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            Text {text.version}
          </Text>
          {mayWrite && (
            <Group gap="sm">
              {given && (
                <Button variant="default" onClick={withdraw} loading={record.isPending}>
                  Withdraw
                </Button>
              )}
              {(!given || outdated) && (
                <Button onClick={() => set(true)} loading={record.isPending}>
                  The patient agrees
                </Button>
              )}
            </Group>
          )}
        </Group>
      </Stack>
    </section>
  );
}

function ConsentBadge({ given, latest }: { given: boolean; latest: Consent | undefined }) {
  const when = latest ? formatDate(latest.recorded_at) : "";
  const words = given ? `Given ${when}` : latest ? `Withdrawn ${when}` : "Not given";
  return (
    <Badge variant="light" color={given ? "sea" : "gray"} size="lg" tt="none" fw={600}>
      {words}
    </Badge>
  );
}
