import { Button, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useAddPatient, usePatients } from "../api/patients.ts";
import type { PatientSummary } from "../api/types.ts";
import { Empty } from "../feedback/empty.tsx";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatBirth } from "../format.ts";
import { IconSearch, IconUserPlus, IconUsers } from "../icons.ts";
import { Page } from "../shell/page.tsx";
import { useSignedIn } from "../shell/signed_in_context.ts";
import { fullName } from "../words.ts";
import { PatientDialog } from "./patient_dialog.tsx";

export function Component() {
  const me = useSignedIn();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed.trim(), 250);
  const [adding, { open, close }] = useDisclosure(false);
  const patients = usePatients(query);
  const add = useAddPatient();
  const addButton = me.role === "lead" && (
    <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={open}>
      Add a patient
    </Button>
  );
  return (
    <Page title="Patients" actions={addButton}>
      <TextInput
        type="search"
        label="Find a patient"
        placeholder="Name or record number"
        size="md"
        mb="lg"
        maw={420}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {patients.isPending && <Loading what="Loading patients" />}
      {patients.isError && <ProblemNotice error={patients.error} onRetry={() => patients.refetch()} />}
      {patients.data && <Found patients={patients.data} query={query} add={addButton} />}
      <PatientDialog
        opened={adding}
        onClose={close}
        title="Add a patient"
        save={(fields) => add.mutateAsync(fields)}
        onSaved={(patient) => navigate(`/patients/${patient.id}`)}
      />
    </Page>
  );
}

function Found({
  patients,
  query,
  add,
}: {
  patients: PatientSummary[];
  query: string;
  add: React.ReactNode;
}) {
  return (
    <section className="sheet" aria-label="Patients found">
      <Text role="status" size="sm" c="dimmed" mb={patients.length > 0 ? "sm" : 0}>
        {patients.length === 1 ? "1 patient" : `${patients.length} patients`}
        {query !== "" && ` for “${query}”`}
      </Text>
      {patients.length > 0 ? (
        <PatientTable patients={patients} />
      ) : (
        <Empty
          icon={<IconUsers size={40} stroke={1.3} />}
          title={query === "" ? "No patients yet" : "Nobody found"}
          action={query === "" && add}
        >
          {query === ""
            ? "Add the first patient; consent, screening and sessions are kept on the patient's page."
            : "Check the spelling, or search for a part of the name or the record number."}
        </Empty>
      )}
    </section>
  );
}

function PatientTable({ patients }: { patients: PatientSummary[] }) {
  const now = new Date();
  return (
    <Table.ScrollContainer minWidth={480} type="native">
      <Table verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Name</Table.Th>
            <Table.Th scope="col">Born</Table.Th>
            <Table.Th scope="col">Record number</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {patients.map((patient) => (
            <Table.Tr key={patient.id}>
              <Table.Td>
                <Text
                  component={Link}
                  to={`/patients/${patient.id}`}
                  fw={600}
                  c="var(--mantine-color-anchor)"
                >
                  {fullName(patient)}
                </Text>
              </Table.Td>
              <Table.Td className="numeric">{formatBirth(patient.birth_date, now)}</Table.Td>
              <Table.Td className="numeric">{patient.mrn ?? "–"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
