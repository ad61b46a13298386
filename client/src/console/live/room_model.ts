import type { Status } from "../../live/socket.ts";
import type { Incoming } from "../../wire/codec.ts";
import type { ExperienceShape, Fact, Goodbye, Refused, RoomView, Welcome } from "../../wire/generated.ts";

/** An event of the session's log with what happened. */
export interface Happening {
  event: number;
  time_us: number;
  actor: string;
  fact: Fact;
}

/** One heart-rate sample: beats a minute, and `strap` or `recorded`. */
export interface HeartSample {
  time_us: number;
  bpm: number;
  source: string;
}

/** The room as the lead's page knows it. Never changed in place: a new one is made of each message. */
export interface RoomModel {
  status: Status;
  goodbye: Goodbye | null;
  self: string;
  experience: ExperienceShape | null;
  rateHz: number;
  state: Record<string, unknown>;
  view: RoomView | null;
  happenings: Happening[];
  heart: HeartSample[];
  /** A stop that could not be sent yet. */
  stopWaits: boolean;
  /** A refusal that answers no numbered request: of a stop, an agreement, an answer. */
  refused: Refused | null;
}

export const emptyRoom: RoomModel = {
  status: "connecting",
  goodbye: null,
  self: "",
  experience: null,
  rateHz: 60,
  state: {},
  view: null,
  happenings: [],
  heart: [],
  stopWaits: false,
  refused: null,
};

/** Two hours at one sample a second. */
const KEPT_HEART_SAMPLES = 7200;

function greeted(model: RoomModel, welcome: Welcome): RoomModel {
  return {
    ...model,
    self: welcome.participant,
    experience: welcome.experience,
    rateHz: welcome.rate_hz,
    state: welcome.state,
    view: welcome.room,
    happenings: welcome.resumed ? model.happenings : [],
  };
}

function happened(model: RoomModel, happening: Happening): RoomModel {
  const last = model.happenings.at(-1);
  if (last && happening.event <= last.event) return model;
  return { ...model, happenings: [...model.happenings, happening] };
}

/** The room after a message. */
export function receive(model: RoomModel, message: Incoming): RoomModel {
  switch (message.type) {
    case "welcome":
      return greeted(model, message);
    case "patch":
      return { ...model, state: { ...model.state, ...message.changes } };
    case "room":
      return { ...model, view: message.room };
    case "happened": {
      const { event, time_us, actor } = message;
      return happened(model, { event, time_us, actor, fact: message.fact as unknown as Fact });
    }
    case "sample_of": {
      const [bpm] = message.values;
      if (message.signal !== "heart_rate" || bpm === undefined) return model;
      const sample = { time_us: message.captured_us, bpm, source: message.source };
      return { ...model, heart: [...model.heart, sample].slice(-KEPT_HEART_SAMPLES) };
    }
    case "refused":
      return { ...model, refused: message };
    default:
      return model;
  }
}
