import { Alert, Button, Checkbox, Group, Radio, Stack, Text, Textarea, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRecordScreening } from "../api/patients.ts";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { tellDone } from "../feedback/told.ts";
import { IconAlertTriangle, IconLock } from "../icons.ts";
import {
  completed,
  type Draft,
  outcomeOf,
  type ScreeningQuestion,
  screeningQuestions,
} from "./screening_questions.ts";

/** The questions of today. What a yes means is told as soon as it is ticked. */
export function ScreeningForm({ patientId }: { patientId: string }) {
  const record = useRecordScreening(patientId);
  const [draft, setDraft] = useState<Draft>({});
  const [acknowledged, setAcknowledged] = useState(false);
  const [note, setNote] = useState("");
  const answers = completed(draft);
  const outcome = outcomeOf(draft);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!answers) return;
    const done = () => {
      tellDone("Screening recorded.");
      setDraft({});
      setAcknowledged(false);
      setNote("");
    };
    record.mutate(
      { answers, acknowledged: outcome === "caution" && acknowledged, note: note.trim() || null },
      { onSuccess: done },
    );
  };
  return (
    <form onSubmit={submit} className="sheet">
      <Title order={2} fz="lg" mb="md">
        Ask the questions today
      </Title>
      <Stack gap="lg">
        {record.isError && <ProblemNotice error={record.error} />}
        {screeningQuestions.map((question) => (
          <Question
            key={question.name}
            question={question}
            value={draft[question.name]}
            onChange={(value) => setDraft({ ...draft, [question.name]: value })}
          />
        ))}
        <Textarea
          label="Note (optional)"
          autosize
          minRows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {outcome === "caution" && (
          <Checkbox
            label="I have weighed this with the patient, and a session may start in spite of it."
            checked={acknowledged}
            onChange={(event) => setAcknowledged(event.currentTarget.checked)}
          />
        )}
        <Group>
          <Button type="submit" disabled={!answers} loading={record.isPending}>
            Record the screening
          </Button>
          {!answers && (
            <Text size="sm" c="dimmed">
              Answer every question first.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

interface QuestionProps {
  question: ScreeningQuestion;
  value: boolean | undefined;
  onChange: (value: boolean) => void;
}

function Question({ question, value, onChange }: QuestionProps) {
  const blocks = question.onYes === "block";
  return (
    <div>
      <Radio.Group
        label={question.question}
        value={value === undefined ? "" : value ? "yes" : "no"}
        onChange={(answer) => onChange(answer === "yes")}
        styles={{ label: { fontSize: 16, marginBottom: 8 } }}
      >
        <Group gap="xl">
          <Radio value="no" label="No" size="md" />
          <Radio value="yes" label="Yes" size="md" />
        </Group>
      </Radio.Group>
      <div aria-live="polite">
        {value && (
          <Alert
            mt="sm"
            py="xs"
            color={blocks ? "clay" : "sand"}
            icon={blocks ? <IconLock size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
          >
            <Text size="sm">
              <strong>{blocks ? "Block." : "Caution."}</strong> {question.meaning}
            </Text>
          </Alert>
        )}
      </div>
    </div>
  );
}
