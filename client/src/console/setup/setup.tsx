import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, Navigate, useSearchParams } from "react-router";
import { useMe, useSetUp } from "../api/me.ts";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { Entrance } from "../sign_in/entrance.tsx";
import { passwordProblem } from "./password.ts";

/** Names the clinic and makes its first administrator, once, by the link that the server printed. */
export function Component() {
  const [search] = useSearchParams();
  const link = search.get("link") ?? "";
  const me = useMe();
  const setUp = useSetUp();
  const form = useForm({
    initialValues: { clinic_name: "", name: "", email: "", password: "", again: "" },
    validate: {
      password: passwordProblem,
      again: (value, { password }) =>
        value === password ? null : "The two passwords differ. Type it again.",
    },
  });
  if (me.data) return <Navigate to="/" replace />;
  if (setUp.isSuccess) return <Navigate to="/sign-in" replace />;
  if (link === "") return <NoLink />;
  const submit = form.onSubmit(({ again: _, ...fields }) => setUp.mutate({ link, ...fields }));
  return (
    <Entrance
      title="Set up your clinic"
      lead="You become its first administrator and can add the others afterwards."
    >
      <form onSubmit={submit} noValidate={false}>
        <Stack>
          {setUp.isError && <ProblemNotice error={setUp.error} />}
          <TextInput
            label="Name of the clinic"
            required
            withAsterisk={false}
            {...form.getInputProps("clinic_name")}
          />
          <TextInput
            label="Your name"
            autoComplete="name"
            required
            withAsterisk={false}
            {...form.getInputProps("name")}
          />
          <TextInput
            label="Email"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label="Password"
            description="At least 12 characters. A few words that you remember are better than signs."
            autoComplete="new-password"
            required
            withAsterisk={false}
            {...form.getInputProps("password")}
          />
          <PasswordInput
            label="Password again"
            autoComplete="new-password"
            required
            withAsterisk={false}
            {...form.getInputProps("again")}
          />
          <Button type="submit" size="md" loading={setUp.isPending}>
            Set up
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}

function NoLink() {
  return (
    <Entrance title="This link is not complete">
      <Text mt="md">
        Open the whole link as the server printed it; it ends in <code>?link=</code> and a code. If the clinic
        is set up already, <Link to="/sign-in">sign in</Link>.
      </Text>
    </Entrance>
  );
}
