export const MIN_PASSWORD_LENGTH = 12;

/** Why a new password is not good enough, or null. */
export function passwordProblem(password: string): string | null {
  if (password.length >= MIN_PASSWORD_LENGTH) return null;
  return `It has ${password.length} characters; use at least ${MIN_PASSWORD_LENGTH}.`;
}
