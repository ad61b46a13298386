import { Button, Group, Modal, PasswordInput, Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useAddAccount } from "../api/administration.ts";
import type { AccountRole } from "../api/types.ts";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { tellDone } from "../feedback/told.ts";
import { passwordProblem } from "../setup/password.ts";

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function AccountDialog({ opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add an account"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <AccountForm onClose={onClose} />
    </Modal>
  );
}

const roles: { value: AccountRole; label: string; description: string }[] = [
  { value: "lead", label: "Lead", description: "Keeps patients and leads sessions" },
  { value: "observer", label: "Observer", description: "Reads patients and watches sessions" },
  {
    value: "admin",
    label: "Administrator",
    description: "Keeps accounts and the audit log, sees no patients",
  },
];

function AccountForm({ onClose }: { onClose: () => void }) {
  const add = useAddAccount();
  const form = useForm({
    initialValues: { name: "", email: "", role: "lead" as AccountRole, password: "" },
    validate: { password: passwordProblem },
  });
  const submit = form.onSubmit((fields) =>
    add.mutate(fields, {
      onSuccess: () => {
        tellDone(`${fields.name} can sign in now.`);
        onClose();
      },
    }),
  );
  const required = { required: true, withAsterisk: false } as const;
  return (
    <form onSubmit={submit}>
      <Stack>
        {add.isError && <ProblemNotice error={add.error} />}
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          {...required}
          {...form.getInputProps("name")}
        />
        <TextInput
          label="Email"
          type="email"
          autoComplete="off"
          {...required}
          {...form.getInputProps("email")}
        />
        <Radio.Group label="Role" {...form.getInputProps("role")}>
          <Stack gap="sm" mt={6}>
            {roles.map((role) => (
              <Radio key={role.value} {...role} />
            ))}
          </Stack>
        </Radio.Group>
        <PasswordInput
          label="First password"
          description="At least 12 characters. Hand it over in person; it can be changed after signing in."
          autoComplete="new-password"
          {...required}
          {...form.getInputProps("password")}
          visibilityToggleButtonProps={{ "aria-label": "Show the password", tabIndex: 0 }}
        />
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
