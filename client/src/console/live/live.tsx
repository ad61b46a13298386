import { useParams } from "react-router";
import { useSession } from "../api/sessions.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { LiveRoom } from "./live_room.tsx";
import { RoomContext, useOpenRoom } from "./room_context.ts";
import { SessionOver } from "./session_over.tsx";

export function Component() {
  const { sessionId = "" } = useParams();
  const session = useSession(sessionId);
  if (session.isPending) return <Loading what="Opening the session" />;
  if (session.isError)
    return <ProblemNotice error={session.error} onRetry={() => session.refetch()} padded />;
  if (session.data.state === "closed") return <SessionOver sessionId={sessionId} />;
  return (
    <Opened
      sessionId={sessionId}
      patientId={session.data.patient_id}
      patientName={session.data.patient_name}
    />
  );
}

export interface OpenedProps {
  sessionId: string;
  patientId: string;
  patientName: string;
}

function Opened(props: OpenedProps) {
  const store = useOpenRoom(props.sessionId);
  if (!store) return <Loading what="Opening the room" />;
  return (
    <RoomContext value={store}>
      <LiveRoom {...props} />
    </RoomContext>
  );
}
