import { Alert, Button, Center, Table, Text } from "@mantine/core";
import { useAudit, useVerifyAudit } from "../api/administration.ts";
import type { AuditEntry, AuditVerification } from "../api/types.ts";
import { Empty } from "../feedback/empty.tsx";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatToTheSecond } from "../format.ts";
import { IconAlertTriangle, IconHistory, IconShieldCheck } from "../icons.ts";
import { Page } from "../shell/page.tsx";

export function Component() {
  const audit = useAudit();
  const verify = useVerifyAudit();
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page
      title="Audit log"
      lead="Who read or changed what, and when. Each entry is chained to the one before it."
      actions={
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={18} aria-hidden />}
          onClick={() => verify.mutate()}
          loading={verify.isPending}
        >
          Verify the chain
        </Button>
      }
    >
      <div aria-live="polite">
        {verify.isError && <ProblemNotice error={verify.error} />}
        {verify.data && <Verdict verdict={verify.data} />}
      </div>
      {audit.isPending && <Loading what="Loading the audit log" />}
      {audit.isError && <ProblemNotice error={audit.error} onRetry={() => audit.refetch()} />}
      {audit.data && (
        <section className="sheet" aria-label="Entries">
          {entries.length > 0 ? <Entries entries={entries} /> : <NoEntries />}
          {audit.hasNextPage && (
            <Center mt="md">
              <Button
                variant="light"
                onClick={() => audit.fetchNextPage()}
                loading={audit.isFetchingNextPage}
              >
                Show older entries
              </Button>
            </Center>
          )}
        </section>
      )}
    </Page>
  );
}

function NoEntries() {
  return (
    <Empty icon={<IconHistory size={40} stroke={1.3} />} title="No entries yet">
      Everything that is read or changed is written here from now on.
    </Empty>
  );
}

function Verdict({ verdict }: { verdict: AuditVerification }) {
  const { intact, entries, findings } = verdict;
  return (
    <Alert
      mb="lg"
      color={intact ? "sea" : "clay"}
      icon={intact ? <IconShieldCheck size={20} aria-hidden /> : <IconAlertTriangle size={20} aria-hidden />}
      title={intact ? "The log is as it was written" : "The log is not as it was written"}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm">{entries} entries were checked.</Text>
      {findings.map(({ record, reason }) => (
        <Text size="sm" key={`${record} ${reason}`}>
          <b>{record}</b>: {reason}
        </Text>
      ))}
      {!intact && (
        <Text size="sm" mt={4}>
          Keep a copy of the database as it is, and compare it with the latest backup.
        </Text>
      )}
    </Alert>
  );
}

function Entries({ entries }: { entries: AuditEntry[] }) {
  return (
    <Table.ScrollContainer minWidth={640} type="native">
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">No.</Table.Th>
            <Table.Th scope="col">When</Table.Th>
            <Table.Th scope="col">Who</Table.Th>
            <Table.Th scope="col">What</Table.Th>
            <Table.Th scope="col">Record</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numeric">
          {entries.map((entry) => (
            <Table.Tr key={entry.number}>
              <Table.Td>{entry.number}</Table.Td>
              <Table.Td>{formatToTheSecond(entry.at)}</Table.Td>
              <Table.Td>{entry.actor_name ?? entry.actor}</Table.Td>
              <Table.Td>{entry.action.replaceAll("_", " ")}</Table.Td>
              <Table.Td>
                {entry.record}
                {entry.record_id !== "" && (
                  <Text span size="sm" c="dimmed" ml={6} title={entry.record_id}>
                    {entry.record_id.slice(0, 6)}…
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
