const missing = "–";

/** Whole minutes and seconds, with hours only where there are some: 4:07, 1:02:33. */
export function formatElapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** A length of time in words: 45 s, 24 min, 1 h 5 min. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) return missing;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A number with at most `digits` after the point and its unit, a dash where there is none. */
export function formatNumber(value: number | null | undefined, unit = "", digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing;
  const text = value.toLocaleString("en", { maximumFractionDigits: digits, useGrouping: false });
  return unit === "" ? text : `${text} ${unit}`;
}

/** 0..1 as percent. */
export function formatShare(share: number | null | undefined): string {
  return share === null || share === undefined ? missing : `${Math.round(share * 100)} %`;
}

const locale = undefined; // the browser's
const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const times = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const seconds = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

export const formatDate = (iso: string | null): string => (iso ? dates.format(new Date(iso)) : missing);
export const formatTime = (iso: string | null): string => (iso ? times.format(new Date(iso)) : missing);
export const formatMoment = (iso: string | null): string => (iso ? moments.format(new Date(iso)) : missing);
export const formatToTheSecond = (iso: string | null): string =>
  iso ? seconds.format(new Date(iso)) : missing;

/** A date of birth (a calendar day, in no time zone) and the age on `today`. */
export function formatBirth(day: string, today: Date): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const written = dates.format(new Date(year, month - 1, date));
  const before =
    today.getMonth() + 1 < month || (today.getMonth() + 1 === month && today.getDate() < date) ? 1 : 0;
  return `${written}, ${today.getFullYear() - year - before} years`;
}
