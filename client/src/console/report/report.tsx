import { Button, Stack, Text, Title } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Link, useParams } from "react-router";
import { useReport } from "../api/reports.ts";
import type { Report } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatElapsed, formatMoment } from "../format.ts";
import { IconPlayerPlay, IconPrinter } from "../icons.ts";
import { BackLink } from "../shell/back_link.tsx";
import { Page } from "../shell/page.tsx";
import { useSignedIn } from "../shell/signed_in_context.ts";
import { Downloads } from "./downloads.tsx";
import { Figures } from "./figures.tsx";

const Timeline = lazy(() => import("./timeline.tsx"));

export function Component() {
  const { sessionId = "" } = useParams();
  const report = useReport(sessionId);
  if (report.isPending) return <Loading what="Reading the session's record" />;
  if (report.isError) return <ProblemNotice error={report.error} onRetry={() => report.refetch()} padded />;
  return <ReportPage report={report.data} />;
}

function ReportPage({ report }: { report: Report }) {
  const { session, summary, notes } = report;
  const me = useSignedIn();
  const about = `${formatMoment(session.opened_at)}, ${session.experience_title}, led by ${session.lead_name}`;
  return (
    <Page
      title={session.patient_name}
      lead={about}
      back={<BackLink to={`/patients/${session.patient_id}`}>Patient</BackLink>}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconPrinter size={18} aria-hidden />}
            onClick={() => window.print()}
          >
            Print
          </Button>
          <Button
            component={Link}
            to={`/sessions/${session.id}/replay`}
            leftSection={<IconPlayerPlay size={18} aria-hidden />}
          >
            Replay
          </Button>
        </>
      }
    >
      <Stack gap="lg">
        <Figures summary={summary} />
        <Suspense fallback={<Loading what="Drawing the timeline" />}>
          <Timeline report={report} />
        </Suspense>
        <section className="sheet">
          <Title order={2} fz="lg" mb="sm">
            Notes
          </Title>
          {notes.length === 0 && <Text c="dimmed">No notes were written.</Text>}
          <Stack gap="sm">
            {notes.map((note) => (
              <Text key={`${note.at_s} ${note.text}`} style={{ whiteSpace: "pre-wrap" }}>
                <Text span c="dimmed" className="numeric" mr="sm">
                  {formatElapsed(note.at_s)}
                </Text>
                {note.text}
              </Text>
            ))}
          </Stack>
        </section>
        {me.role === "lead" && <Downloads sessionId={session.id} />}
        <Text size="sm" c="dimmed">
          SUDS: subjective units of distress, 0 to 100. Abaton is not a cleared medical device; this report
          does not replace clinical judgement.
        </Text>
      </Stack>
    </Page>
  );
}
