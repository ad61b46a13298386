import { Text } from "@mantine/core";
import { RequestRefused } from "../../../live/request.ts";
import { formatNumber } from "../../format.ts";
import { IconAlertTriangle, IconCheck } from "../../icons.ts";
import type { Outcome } from "./sender.ts";

/** Beside a control: on its way, done, or refused and why. */
export function OutcomeNotice({ outcome, everyMs }: { outcome: Outcome; everyMs: number }) {
  return (
    <div role="status" style={{ flexShrink: outcome.kind === "refused" ? 1 : 0, textAlign: "right" }}>
      {outcome.kind === "sending" && (
        <Text size="sm" c="dimmed">
          Sending…
        </Text>
      )}
      {outcome.kind === "done" && (
        <Text size="sm" c="var(--mantine-color-anchor)" style={{ whiteSpace: "nowrap" }}>
          <IconCheck size={16} aria-hidden style={{ verticalAlign: "-3px" }} /> Done
        </Text>
      )}
      {outcome.kind === "refused" && (
        <Text size="sm" c="var(--mantine-color-error)">
          <IconAlertTriangle size={16} aria-hidden style={{ verticalAlign: "-3px" }} />{" "}
          {refusalWords(outcome.error, everyMs)}
        </Text>
      )}
    </div>
  );
}

function refusalWords(error: unknown, everyMs: number): string {
  if (!(error instanceof RequestRefused)) return "Not carried out. Try again.";
  const { code, got, expected, next } = error.refusal;
  if (code === "rate") return `Too soon: at most one every ${formatNumber(everyMs / 1000, "s", 1)}. ${next}`;
  return `Refused: got ${got}, expected ${expected}. ${next}`;
}
