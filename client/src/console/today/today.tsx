import { Button, Stack, Title } from "@mantine/core";
import { Link } from "react-router";
import { useTodaysSessions } from "../api/sessions.ts";
import type { Session } from "../api/types.ts";
import { Empty } from "../feedback/empty.tsx";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { IconCalendar, IconPlus } from "../icons.ts";
import { SessionList } from "../session_list/session_list.tsx";
import { Page } from "../shell/page.tsx";
import { useSignedIn } from "../shell/signed_in_context.ts";

const today = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export function Component() {
  const sessions = useTodaysSessions();
  const me = useSignedIn();
  const start = me.role === "lead" && (
    <Button component={Link} to="/patients" leftSection={<IconPlus size={18} aria-hidden />}>
      Start a session
    </Button>
  );
  return (
    <Page title="Today" lead={today.format(new Date())} actions={start}>
      {sessions.isPending && <Loading what="Loading today's sessions" />}
      {sessions.isError && <ProblemNotice error={sessions.error} onRetry={() => sessions.refetch()} />}
      {sessions.data && <Sessions sessions={sessions.data} mayStart={me.role === "lead"} />}
    </Page>
  );
}

function Sessions({ sessions, mayStart }: { sessions: Session[]; mayStart: boolean }) {
  const open = sessions.filter((session) => session.state !== "closed");
  const closed = sessions.filter((session) => session.state === "closed");
  if (sessions.length === 0) {
    return (
      <section className="sheet">
        <Empty
          icon={<IconCalendar size={40} stroke={1.3} />}
          title="No session today yet"
          action={
            mayStart && (
              <Button component={Link} to="/patients" variant="light">
                Choose a patient
              </Button>
            )
          }
        >
          {mayStart
            ? "Choose a patient, check consent and screening on the patient's page, and start the session there."
            : "Sessions appear here as soon as a lead starts one."}
        </Empty>
      </section>
    );
  }
  return (
    <Stack gap="xl">
      {open.length > 0 && (
        <section className="sheet">
          <Title order={2} fz="lg" mb="md">
            Under way
          </Title>
          <SessionList sessions={open} />
        </section>
      )}
      {closed.length > 0 && (
        <section className="sheet">
          <Title order={2} fz="lg" mb="md">
            Finished
          </Title>
          <SessionList sessions={closed} />
        </section>
      )}
    </Stack>
  );
}
