import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import type { Patient, PatientNew, PatientSummary } from "../api/types.ts";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { birthDateProblem } from "./birth_date.ts";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  patient?: PatientSummary;
  save: (fields: PatientNew) => Promise<Patient>;
  onSaved: (patient: Patient) => void;
}

export function PatientDialog(props: Props) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <PatientForm {...props} />
    </Modal>
  );
}

function PatientForm({ patient, save, onSaved, onClose }: Props) {
  const [problem, setProblem] = useState<unknown>(null);
  const form = useForm({
    initialValues: {
      given_name: patient?.given_name ?? "",
      family_name: patient?.family_name ?? "",
      birth_date: patient?.birth_date ?? "",
      mrn: patient?.mrn ?? "",
    },
    validate: { birth_date: (day) => birthDateProblem(day, new Date()) },
  });
  const submit = form.onSubmit(async ({ mrn, ...fields }) => {
    setProblem(null);
    try {
      onSaved(await save({ ...fields, mrn: mrn.trim() === "" ? null : mrn.trim() }));
      onClose();
    } catch (error) {
      setProblem(error);
    }
  });
  const required = { required: true, withAsterisk: false } as const;
  return (
    <form onSubmit={submit}>
      <Stack>
        {problem !== null && <ProblemNotice error={problem} />}
        <Group grow align="flex-start">
          <TextInput label="Given name" data-autofocus {...required} {...form.getInputProps("given_name")} />
          <TextInput label="Family name" {...required} {...form.getInputProps("family_name")} />
        </Group>
        <Group grow align="flex-start">
          <TextInput label="Date of birth" type="date" {...required} {...form.getInputProps("birth_date")} />
          <TextInput label="Record number (optional)" {...form.getInputProps("mrn")} />
        </Group>
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={form.submitting}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
