/** Why a day (`YYYY-MM-DD`) cannot be a date of birth, or null. */
export function birthDateProblem(day: string, today: Date): string | null {
  const born = new Date(`${day}T00:00:00`);
  if (day === "" || Number.isNaN(born.getTime())) return "Enter the whole date of birth.";
  if (born > today) return "This day is still to come. Check the year.";
  if (today.getFullYear() - born.getFullYear() > 130)
    return "That is more than 130 years ago. Check the year.";
  return null;
}
