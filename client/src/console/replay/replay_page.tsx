import { Box, Stack, Title } from "@mantine/core";
import { lazy, Suspense, useEffect } from "react";
import type { Replay, Session } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { formatMoment } from "../format.ts";
import live from "../live/live_room.module.css";
import { BackLink } from "../shell/back_link.tsx";
import { SkipLink } from "../shell/skip_link.tsx";
import { Happened } from "./happened.tsx";
import { Readings } from "./readings.tsx";
import { Transport } from "./transport.tsx";
import { usePlayback } from "./use_playback.ts";

const ReplayMirror = lazy(() => import("./replay_mirror.tsx"));

/** The session played again from its record: the view, the figures of the moment, and what happened. */
export function ReplayPage({ session, replay }: { session: Session; replay: Replay }) {
  const playback = usePlayback(replay.duration_s);
  useEffect(() => {
    document.title = `${session.patient_name}: replay · Abaton`;
  }, [session.patient_name]);
  return (
    <>
      <SkipLink />
      <header className={live.bar}>
        <BackLink to={`/sessions/${session.id}/report`}>Report</BackLink>
        <Title order={1} fz={18}>
          {session.patient_name}, {formatMoment(session.opened_at)}
        </Title>
      </header>
      <Box component="main" id="content" tabIndex={-1} className={live.page}>
        <div className={live.columns}>
          <Stack gap="md" miw={0}>
            <Suspense fallback={<Loading what="Opening the view" />}>
              <ReplayMirror replay={replay} now={playback.now} />
            </Suspense>
            <Transport replay={replay} playback={playback} />
          </Stack>
          <Stack gap="md" miw={0}>
            <Readings replay={replay} at_s={playback.shown.at_s} />
            <Happened replay={replay} at_s={playback.shown.at_s} onMove={playback.moveTo} />
          </Stack>
        </div>
      </Box>
    </>
  );
}
