import { Navigate, Outlet, useLocation } from "react-router";
import { useMe } from "../api/me.ts";
import type { AccountRole } from "../api/types.ts";
import { Loading } from "../feedback/loading.tsx";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { SignedInContext } from "./signed_in_context.ts";

interface Props {
  roles: AccountRole[];
  /** Where someone with another role belongs. */
  otherwise?: string;
}

/** Opens what is inside for someone signed in with one of `roles`. */
export function SignedIn({ roles, otherwise = "/" }: Props) {
  const { pathname, search } = useLocation();
  const me = useMe();
  if (me.isPending) return <Loading />;
  if (me.isError) return <ProblemNotice error={me.error} onRetry={() => me.refetch()} padded />;
  if (me.data === null) {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  if (!roles.includes(me.data.role)) return <Navigate to={otherwise} replace />;
  return (
    <SignedInContext value={me.data}>
      <Outlet />
    </SignedInContext>
  );
}
