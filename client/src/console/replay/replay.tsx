import { useParams } from "react-router";
import { useReplay } from "../api/reports.ts";
import { useSession } from "../api/sessions.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { ReplayPage } from "./replay_page.tsx";

export function Component() {
  const { sessionId = "" } = useParams();
  const session = useSession(sessionId);
  const replay = useReplay(sessionId);
  if (session.isPending || replay.isPending) return <Loading what="Reading the session's record" />;
  if (session.isError)
    return <ProblemNotice error={session.error} onRetry={() => session.refetch()} padded />;
  if (replay.isError) return <ProblemNotice error={replay.error} onRetry={() => replay.refetch()} padded />;
  return <ReplayPage session={session.data} replay={replay.data} />;
}
