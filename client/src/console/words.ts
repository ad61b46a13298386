import type { AccountRole, ConsentPurpose, SessionState } from "./api/types.ts";

const roles: Record<AccountRole, string> = {
  admin: "Administrator",
  lead: "Lead",
  observer: "Observer",
};

export function roleName(role: AccountRole): string {
  return roles[role];
}

const states: Record<SessionState, string> = { planned: "Planned", open: "Open", closed: "Closed" };

export function sessionStateName(state: SessionState): string {
  return states[state];
}

const purposes: Record<ConsentPurpose, string> = {
  care: "Care",
  recording: "Recording",
  research: "Research",
};

export function purposeName(purpose: ConsentPurpose): string {
  return purposes[purpose];
}

/** `given_name` and `family_name` as one reads them. */
export function fullName(person: { given_name: string; family_name: string }): string {
  return `${person.given_name} ${person.family_name}`;
}
