import { useRouteError } from "react-router";
import { ProblemNotice } from "./problem_notice.tsx";

/** Stands for a page that failed while it was drawn or fetched. */
export function BrokenPage() {
  return (
    <main>
      <ProblemNotice error={useRouteError()} onRetry={() => window.location.reload()} padded />
    </main>
  );
}
