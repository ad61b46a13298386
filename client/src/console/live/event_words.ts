import type { ExperienceShape, Fact, Role } from "../../wire/generated.ts";
import { commandWords } from "./panel/panel_words.ts";

const who: Record<Role, string> = { lead: "Lead", subject: "Subject", peer: "Peer", observer: "Observer" };

const reasons: Record<string, string> = {
  grips: "both grips held",
  wrist: "the button on the wrist",
  escape: "Escape",
  word: "the word on the screen",
  lead: "from the console",
  heartbeat: "connection lost",
  restart: "the server was restarted",
  fault: "the experience failed",
};

/** A reason of the log as one reads it. */
export function reasonWords(why: string): string {
  return reasons[why] ?? why;
}

/** What happened, in a line; null for what only the machine needs. */
export function eventWords(fact: Fact, shape: ExperienceShape | null): string | null {
  switch (fact.kind) {
    case "joined":
      return `${who[fact.role]} joined`;
    case "admitted":
      return "Subject admitted";
    case "left":
      return fact.why === "lost"
        ? "A connection was lost"
        : fact.why === "removed"
          ? "Removed by the lead"
          : "Someone left";
    case "began":
      return "Began";
    case "commanded":
      return commandWords(shape, fact.name, fact.arguments);
    case "asked":
      return "Asked for SUDS";
    case "answered":
      return `SUDS ${fact.value}${fact.how === "lead" ? " (said aloud)" : ""}`;
    case "stopped":
      return `Stopped${fact.by ? ` by the ${fact.by}` : ""}: ${reasonWords(fact.why)}`;
    case "agreed":
      return `${who[fact.by]} agreed to go on`;
    case "froze":
      return `Held still: ${reasonWords(fact.why)}`;
    case "thawed":
      return "Moves again";
    case "recording":
      return fact.on ? "Recording on" : `Recording off: ${reasonWords(fact.why)}`;
    case "reopened":
      return "Reopened after a restart of the server";
    case "closed":
      return "Closed";
    default:
      return null;
  }
}
