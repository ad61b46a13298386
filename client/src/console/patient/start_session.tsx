import { Anchor, Button, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Link, useNavigate } from "react-router";
import { useConsents, useScreenings } from "../api/patients.ts";
import { useExperiences, useStartSession } from "../api/sessions.ts";
import type { Experience, Patient } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { IconAlertTriangle, IconCheck, IconPlayerPlay } from "../icons.ts";
import { type Requirement, requirements } from "./readiness.ts";

/** What a session still needs, and the button that starts it. */
export function StartSession({ patient }: { patient: Patient }) {
  const experiences = useExperiences();
  const consents = useConsents(patient.id);
  const screenings = useScreenings(patient.id);
  const failed = [experiences, consents, screenings].find((query) => query.isError);
  if (failed) return <ProblemNotice error={failed.error} onRetry={() => failed.refetch()} />;
  if (!experiences.data || !consents.data || !screenings.data)
    return <Loading what="Checking consent and screening" />;
  const needed = requirements(consents.data, screenings.data, new Date());
  return (
    <section className="sheet">
      <Title order={2} fz="lg" mb="md">
        Start a session
      </Title>
      <Stack component="ul" gap="xs" m={0} p={0} mb="lg" id="start-needs" style={{ listStyle: "none" }}>
        {needed.map((requirement) => (
          <Need key={requirement.name} requirement={requirement} />
        ))}
      </Stack>
      <Stack gap="md">
        {experiences.data.map((experience) => (
          <Start
            key={experience.name}
            experience={experience}
            patient={patient}
            ready={needed.every((requirement) => requirement.met)}
          />
        ))}
      </Stack>
    </section>
  );
}

function Need({ requirement }: { requirement: Requirement }) {
  const { met, name, text } = requirement;
  return (
    <Group component="li" gap="sm" wrap="nowrap">
      <ThemeIcon variant="light" color={met ? "sea" : "clay"} radius="xl" size={26} aria-hidden>
        {met ? <IconCheck size={16} /> : <IconAlertTriangle size={16} />}
      </ThemeIcon>
      <Text>
        {text}{" "}
        {!met && (
          <Anchor component={Link} to={`?show=${name}`} underline="always">
            {name === "consent" ? "Record consent" : "Ask the questions"}
          </Anchor>
        )}
      </Text>
    </Group>
  );
}

function Start({ experience, patient, ready }: { experience: Experience; patient: Patient; ready: boolean }) {
  const start = useStartSession();
  const navigate = useNavigate();
  const begin = () =>
    start.mutate(
      { patient_id: patient.id, experience: experience.name },
      { onSuccess: (session) => navigate(`/sessions/${session.id}/live`) },
    );
  return (
    <>
      {start.isError && <ProblemNotice error={start.error} />}
      <Group justify="space-between" gap="md">
        <div style={{ flex: "1 1 280px" }}>
          <Text fw={600}>{experience.title}</Text>
          <Text size="sm" c="dimmed">
            {experience.summary}
          </Text>
        </div>
        <Button
          size="md"
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          onClick={begin}
          loading={start.isPending}
          disabled={!ready}
          aria-describedby="start-needs"
        >
          Start {experience.title.charAt(0).toLowerCase() + experience.title.slice(1)}
        </Button>
      </Group>
    </>
  );
}
