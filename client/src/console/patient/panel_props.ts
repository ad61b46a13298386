import type { Patient } from "../api/types.ts";

/** What every part of the patient page is given. */
export interface PanelProps {
  patient: Patient;
  /** Observers read and do not write. */
  mayWrite: boolean;
}
