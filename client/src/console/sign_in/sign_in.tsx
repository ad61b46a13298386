import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { useMe, useSetupNeeded, useSignIn } from "../api/me.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { Entrance } from "./entrance.tsx";
import { safeNext } from "./safe_next.ts";
import { SetupNeeded } from "./setup_needed.tsx";

export function SignIn() {
  const [search] = useSearchParams();
  const me = useMe();
  const setup = useSetupNeeded();
  const signIn = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  if (me.data) return <Navigate to={safeNext(search.get("next"))} replace />;
  if (setup.isPending) return <Loading />;
  if (setup.data?.needed) return <SetupNeeded />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password });
  };
  return (
    <Entrance title="Sign in">
      <form onSubmit={submit}>
        <Stack mt="md">
          {signIn.isError && <ProblemNotice error={signIn.error} />}
          <TextInput
            label="Email"
            type="email"
            autoComplete="username"
            size="md"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            size="md"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": "Show the password", tabIndex: 0 }}
          />
          <Button type="submit" size="md" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
