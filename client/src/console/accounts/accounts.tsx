import { Badge, Button, Group, Select, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useAccounts, useChangeAccount } from "../api/administration.ts";
import type { AccountRole, Practitioner } from "../api/types.ts";
import { confirm } from "../feedback/confirm.tsx";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { tellDone, tellProblem } from "../feedback/told.ts";
import { IconUserPlus } from "../icons.ts";
import { Page } from "../shell/page.tsx";
import { useSignedIn } from "../shell/signed_in_context.ts";
import { roleName } from "../words.ts";
import { AccountDialog } from "./account_dialog.tsx";

export function Component() {
  const accounts = useAccounts();
  const [adding, { open, close }] = useDisclosure(false);
  return (
    <Page
      title="Accounts"
      lead="Who may sign in to this clinic, and what they may do."
      actions={
        <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={open}>
          Add an account
        </Button>
      }
    >
      {accounts.isPending && <Loading what="Loading accounts" />}
      {accounts.isError && <ProblemNotice error={accounts.error} onRetry={() => accounts.refetch()} />}
      {accounts.data && (
        <section className="sheet" aria-label="Accounts">
          <AccountTable accounts={accounts.data} />
        </section>
      )}
      <Text size="sm" c="dimmed" mt="lg" maw={640}>
        Administrators keep accounts and the audit log and see no patients. Leads keep patients and lead
        sessions. Observers read. A changed role or a deactivated account ends its sign-ins at once.
      </Text>
      <AccountDialog opened={adding} onClose={close} />
    </Page>
  );
}

const roleChoices = (["lead", "observer", "admin"] as const).map((role) => ({
  value: role,
  label: roleName(role),
}));

function AccountTable({ accounts }: { accounts: Practitioner[] }) {
  return (
    <Table.ScrollContainer minWidth={640} type="native">
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Name</Table.Th>
            <Table.Th scope="col">Role</Table.Th>
            <Table.Th scope="col">State</Table.Th>
            <Table.Th scope="col" ta="right">
              Change
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {accounts.map((account) => (
            <AccountRow key={account.id} account={account} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function AccountRow({ account }: { account: Practitioner }) {
  const me = useSignedIn();
  const change = useChangeAccount();
  const isSelf = account.id === me.practitioner_id;
  const apply = (fields: { role?: AccountRole; active?: boolean }, done: string) =>
    change.mutate({ id: account.id, ...fields }, { onSuccess: () => tellDone(done), onError: tellProblem });
  const deactivate = () =>
    confirm({
      title: `Deactivate ${account.name}?`,
      consequence:
        "They are signed out at once and cannot sign in until you activate the account again. Their records stay.",
      yes: "Deactivate",
      onYes: () => apply({ active: false }, `${account.name} can no longer sign in.`),
    });
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600}>
          {account.name} {isSelf && "(you)"}
        </Text>
        <Text size="sm" c="dimmed">
          {account.email}
        </Text>
      </Table.Td>
      <Table.Td>
        {isSelf ? (
          roleName(account.role)
        ) : (
          <Select
            aria-label={`Role of ${account.name}`}
            data={roleChoices}
            value={account.role}
            allowDeselect={false}
            disabled={!account.active || change.isPending}
            onChange={(role) =>
              role &&
              apply({ role: role as AccountRole }, `${account.name}: ${roleName(role as AccountRole)}.`)
            }
            w={160}
          />
        )}
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={account.active ? "sea" : "gray"} size="lg" tt="none" fw={600}>
          {account.active ? "Active" : "Deactivated"}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Group justify="flex-end">
          {!isSelf && (
            <Button
              variant="default"
              size="sm"
              loading={change.isPending}
              onClick={() =>
                account.active ? deactivate() : apply({ active: true }, `${account.name} can sign in again.`)
              }
              aria-label={`${account.active ? "Deactivate" : "Activate"} ${account.name}`}
            >
              {account.active ? "Deactivate" : "Activate"}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
