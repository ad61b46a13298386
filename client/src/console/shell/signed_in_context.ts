import { createContext, useContext } from "react";
import type { Me } from "../api/types.ts";

export const SignedInContext = createContext<Me | null>(null);

/** Who is signed in, on pages that only open for someone who is. */
export function useSignedIn(): Me {
  const me = useContext(SignedInContext);
  if (!me) throw new Error("This page was opened with nobody signed in. Sign in first.");
  return me;
}
