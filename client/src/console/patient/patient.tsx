import { Button, Tabs } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useParams, useSearchParams } from "react-router";
import { useChangePatient, usePatient } from "../api/patients.ts";
import type { Patient } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { tellDone } from "../feedback/told.ts";
import { formatBirth } from "../format.ts";
import { IconEdit } from "../icons.ts";
import { PatientDialog } from "../patients/patient_dialog.tsx";
import { BackLink } from "../shell/back_link.tsx";
import { Page } from "../shell/page.tsx";
import { useSignedIn } from "../shell/signed_in_context.ts";
import { fullName } from "../words.ts";
import { ConsentPanel } from "./consent_panel.tsx";
import { LimitsPanel } from "./limits_panel.tsx";
import { Overview } from "./overview.tsx";
import { ScreeningPanel } from "./screening_panel.tsx";

export function Component() {
  const { patientId = "" } = useParams();
  const patient = usePatient(patientId);
  if (patient.isPending) return <Loading what="Loading the patient" />;
  if (patient.isError)
    return <ProblemNotice error={patient.error} onRetry={() => patient.refetch()} padded />;
  return <PatientPage patient={patient.data} />;
}

const panels = [
  { name: "overview", title: "Overview", Panel: Overview },
  { name: "consent", title: "Consent", Panel: ConsentPanel },
  { name: "screening", title: "Screening", Panel: ScreeningPanel },
  { name: "limits", title: "Limits", Panel: LimitsPanel },
];

function PatientPage({ patient }: { patient: Patient }) {
  const me = useSignedIn();
  const [search, setSearch] = useSearchParams();
  const [editing, { open, close }] = useDisclosure(false);
  const change = useChangePatient(patient.id);
  const asked = search.get("show");
  const shown = panels.some(({ name }) => name === asked) ? asked : "overview";
  const about = [formatBirth(patient.birth_date, new Date()), patient.mrn && `record ${patient.mrn}`];
  return (
    <Page
      title={fullName(patient)}
      lead={about.filter(Boolean).join(" · ")}
      back={<BackLink to="/patients">Patients</BackLink>}
      actions={
        me.role === "lead" && (
          <Button variant="default" leftSection={<IconEdit size={18} aria-hidden />} onClick={open}>
            Edit
          </Button>
        )
      }
    >
      <Tabs
        value={shown}
        onChange={(name) => setSearch(name && name !== "overview" ? { show: name } : {}, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {panels.map(({ name, title }) => (
            <Tabs.Tab key={name} value={name} fz="md" py="sm">
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {panels.map(({ name, Panel }) => (
          <Tabs.Panel key={name} value={name} tabIndex={-1}>
            <Panel patient={patient} mayWrite={me.role === "lead"} />
          </Tabs.Panel>
        ))}
      </Tabs>
      <PatientDialog
        opened={editing}
        onClose={close}
        title="Edit patient"
        patient={patient}
        save={(fields) => change.mutateAsync(fields)}
        onSaved={() => tellDone("Saved.")}
      />
    </Page>
  );
}
