import { Box, Stack } from "@mantine/core";
import { lazy, Suspense, useEffect } from "react";
import { useStaySignedIn } from "../api/me.ts";
import { Loading } from "../feedback/loading.tsx";
import { useSignedIn } from "../shell/signed_in_context.ts";
import { SkipLink } from "../shell/skip_link.tsx";
import { EventFeed } from "./event_feed.tsx";
import type { OpenedProps } from "./live.tsx";
import classes from "./live_room.module.css";
import { Lobby } from "./lobby.tsx";
import { Notes } from "./notes.tsx";
import { Panel } from "./panel/panel.tsx";
import { PhaseNotice } from "./phase_notice.tsx";
import { RoomBar } from "./room_bar.tsx";
import { useRoom } from "./room_context.ts";
import { SessionOver } from "./session_over.tsx";
import { SudsCard } from "./suds_card.tsx";

const LiveMirror = lazy(() => import("./mirror/live_mirror.tsx"));
const LivePlots = lazy(() => import("./live_plots.tsx"));

/** The whole of what a lead has before them while a patient is in the room. */
export function LiveRoom({ sessionId, patientId, patientName }: OpenedProps) {
  const { view, goodbye } = useRoom();
  const readOnly = useSignedIn().role !== "lead";
  useStaySignedIn();
  useEffect(() => {
    document.title = `${patientName}: live · Abaton`;
  }, [patientName]);
  if (view?.phase === "closed" || goodbye?.code === "closed") return <SessionOver sessionId={sessionId} />;
  const lobby = view === null || view.phase === "lobby";
  return (
    <>
      <SkipLink />
      <RoomBar patientId={patientId} patientName={patientName} readOnly={readOnly} />
      <Box component="main" id="content" tabIndex={-1} className={classes.page}>
        <PhaseNotice readOnly={readOnly} />
        <div className={classes.columns}>
          <Stack gap="md" miw={0}>
            {lobby ? (
              <Lobby sessionId={sessionId} readOnly={readOnly} />
            ) : (
              <Suspense fallback={<Loading what="Opening the view" />}>
                <LiveMirror />
              </Suspense>
            )}
            {!lobby && (
              <Suspense fallback={<Loading what="Opening the plots" />}>
                <LivePlots />
              </Suspense>
            )}
          </Stack>
          <Stack gap="md" miw={0}>
            {!lobby && <SudsCard readOnly={readOnly} />}
            <Panel readOnly={readOnly} />
            {!readOnly && <Notes />}
            <EventFeed />
          </Stack>
        </div>
      </Box>
    </>
  );
}
