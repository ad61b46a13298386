import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useSetCeilings } from "../api/patients.ts";
import { useExperiences } from "../api/sessions.ts";
import type { Experience } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { tellDone } from "../feedback/told.ts";
import { LimitControl } from "./limit_control.tsx";
import { gradedFields, type Limits, limitsInForce, toKeep } from "./limits.ts";
import type { PanelProps } from "./panel_props.ts";

export function LimitsPanel({ patient, mayWrite }: PanelProps) {
  const experiences = useExperiences();
  if (experiences.isPending) return <Loading what="Loading limits" />;
  if (experiences.isError)
    return <ProblemNotice error={experiences.error} onRetry={() => experiences.refetch()} />;
  return (
    <Stack gap="lg">
      <Text c="dimmed" maw={680}>
        The most that this patient is given. Nothing goes above it: no command, no plug-in, no fault of the
        network.
      </Text>
      {experiences.data
        .filter(({ shape }) => gradedFields(shape).length > 0)
        .map((experience) => (
          <ExperienceLimits
            key={experience.name}
            patientId={patient.id}
            experience={experience}
            set={patient.ceilings[experience.name] ?? {}}
            mayWrite={mayWrite}
          />
        ))}
    </Stack>
  );
}

interface Props {
  patientId: string;
  experience: Experience;
  set: Limits;
  mayWrite: boolean;
}

function ExperienceLimits({ patientId, experience, set, mayWrite }: Props) {
  const fields = gradedFields(experience.shape);
  const inForce = limitsInForce(fields, set);
  const [draft, setDraft] = useState(inForce);
  const save = useSetCeilings(patientId, experience.name);
  const changed = fields.some(({ name }) => draft[name] !== inForce[name]);
  return (
    <section className="sheet">
      <Title order={2} fz="lg" mb="lg">
        {experience.title}
      </Title>
      <Stack gap="xl" maw={560}>
        {save.isError && <ProblemNotice error={save.error} />}
        {fields.map((field) => (
          <LimitControl
            key={field.name}
            field={field}
            value={draft[field.name] ?? ""}
            onChange={(value) => setDraft({ ...draft, [field.name]: value })}
            disabled={!mayWrite}
          />
        ))}
        {mayWrite && (
          <Group>
            <Button
              disabled={!changed}
              loading={save.isPending}
              onClick={() =>
                save.mutate(toKeep(fields, draft), { onSuccess: () => tellDone("Limits saved.") })
              }
            >
              Save the limits
            </Button>
            {changed && (
              <Button variant="default" onClick={() => setDraft(inForce)}>
                Undo
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </section>
  );
}
