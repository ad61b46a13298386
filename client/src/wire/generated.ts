// Generated from the Python definitions of the wire by `python -m abaton.live.typescript`. Do not edit.

export const PROTOCOL = 1;
export const POSE = 240;
export const POSES = 241;
export const MAX_FRAME_BYTES = 16384;
export const MAX_POSE_BYTES = 1024;

/** First frame of a connection. */
export interface Hello {
  type: "hello";
  protocol: number;
  token?: string | null;
  resume_from?: number | null;
}

/** Heartbeat, once a second. `sent_us` is the client's clock; the answer aligns the clocks. */
export interface Ping {
  type: "ping";
  sent_us: number;
}

/** A request to change the state. `number` counts up from 1 for each participant and is never reused. */
export interface Command {
  type: "command";
  number: number;
  name: string;
  arguments: Record<string, unknown>;
}

/** A request of the lead about the room itself. */
export interface Control {
  type: "control";
  number: number;
  action: string;
  participant?: string | null;
}

/** Stop now. The client of the subject is already in the calm place when it sends this. */
export interface Stop {
  type: "stop";
  why: string;
}

/** The sender agrees to go on after a stop. */
export interface Agree {
  type: "agree";
}

/** A rating, 0 to 100. `how`: controller, hand, gaze, keyboard, pointer. */
export interface Answer {
  type: "answer";
  question: number;
  value: number;
  how: string;
}

/** The lead's note; kept in the session's log. */
export interface Note {
  type: "note";
  number: number;
  text: string;
}

/** One sample of a signal with its time of capture in the room's clock. */
export interface Sample {
  type: "sample";
  signal: string;
  captured_us: number;
  values: Array<number>;
  source: string;
}

/** What the subject's device says of itself: battery 0 to 1 or None, frame times in ms, presentation mode. */
export interface Device {
  type: "device";
  presenting: boolean;
  visible: boolean;
  battery?: number | null;
  frame_p50_ms?: number | null;
  frame_p95_ms?: number | null;
  frame_p99_ms?: number | null;
  missed_share?: number | null;
}

/** Answer to Hello: who you are, what runs here, the whole state, and the number of the last event sent so far. */
export interface Welcome {
  type: "welcome";
  participant: string;
  role: Role;
  session: string;
  experience: ExperienceShape;
  rate_hz: number;
  seed: number;
  tick: number;
  time_us: number;
  state: Record<string, unknown>;
  room: RoomView;
  event: number;
  resumed: boolean;
  next_number: number;
}

/** A participant's part in a room. */
export type Role = "lead" | "subject" | "peer" | "observer";

/** What a client must know of an experience to draw its panel and choose its scene. */
export interface ExperienceShape {
  name: string;
  title: string;
  scene: string;
  version: string;
  state: Array<Parameter>;
  commands: Array<CommandShape>;
}

/** One argument of a command or one field of the state, as a panel needs it. */
export interface Parameter {
  name: string;
  label: string;
  kind: string;
  unit?: string | null;
  minimum?: number | null;
  maximum?: number | null;
  step?: number | null;
  choices?: Array<string> | null;
  graded?: boolean;
  ceiling?: number | string | null;
}

/** A command as a panel needs it. `by` are the roles that may give it, `every_s` the least time between two. */
export interface CommandShape {
  name: string;
  label: string;
  help: string;
  by: Array<Role>;
  every_s: number;
  parameters: Array<Parameter>;
  sets?: string | null;
}

/** Everything about the room but the experience's own state. */
export interface RoomView {
  phase: Phase;
  members: Array<Member>;
  agreed: Array<Role>;
  question: Question | null;
  recording: boolean;
  frozen_why: string | null;
  began_tick: number | null;
  durable: boolean;
}

/** What the room is doing. */
export type Phase = "lobby" | "running" | "frozen" | "calm" | "closed";

/** A participant as others see them. `slot` tags this one's poses. `device` is the last Device message. */
export interface Member {
  participant: string;
  role: Role;
  slot: number;
  admitted: boolean;
  connected: boolean;
  device?: Device | null;
}

/** A rating that the room waits for. */
export interface Question {
  number: number;
  measure: string;
}

/** The fields of the state that changed, at this tick. Latest wins. */
export interface Patch {
  type: "patch";
  tick: number;
  time_us: number;
  changes: Record<string, unknown>;
}

/** The room's view changed. Latest wins. */
export interface RoomChanged {
  type: "room";
  room: RoomView;
}

/** An event of the session log. `event` counts up without gaps; a client resumes from it. */
export interface Happened {
  type: "happened";
  event: number;
  tick: number;
  time_us: number;
  actor: string;
  fact: Record<string, unknown>;
}

/** A command, control or note is durable and applied. */
export interface Acknowledged {
  type: "acknowledged";
  number: number;
}

/** A request was not carried out, and nothing changed. */
export interface Refused {
  type: "refused";
  number: number | null;
  code: string;
  got: string;
  expected: string;
  next: string;
}

/** A sample of a participant's signal, relayed live. */
export interface SampleOf {
  type: "sample_of";
  participant: string;
  signal: string;
  captured_us: number;
  values: Array<number>;
  source: string;
}

/** Answer to Ping: the client's time sent back, and the room's clock. */
export interface Pong {
  type: "pong";
  sent_us: number;
  time_us: number;
}

/** The last message before the room closes the connection. `code`: closed, removed, replaced, refused, restart. */
export interface Goodbye {
  type: "goodbye";
  code: string;
  reason: string;
}

/** The room was made. `ceilings` are this patient's limits by graded field of the state. */
export interface OpenedFact {
  kind: "opened";
  experience: string;
  version: string;
  seed: number;
  rate_hz: number;
  ceilings: Record<string, number | string>;
}

/** The server that held the room ended, and the room goes on from its log at this tick. */
export interface ReopenedFact {
  kind: "reopened";
}

/** A participant came in or came back. Names nobody: `participant` is an opaque id. */
export interface JoinedFact {
  kind: "joined";
  participant: string;
  role: Role;
}

/** The lead let a waiting subject or peer in. */
export interface AdmittedFact {
  kind: "admitted";
  participant: string;
}

/** A participant's connection ended; `why` is `left`, `lost`, or `removed`. */
export interface LeftFact {
  kind: "left";
  participant: string;
  why: string;
}

/** The lead began the experience. */
export interface BeganFact {
  kind: "began";
}

/** A command that was checked and is applied at this entry's tick. */
export interface CommandedFact {
  kind: "commanded";
  name: string;
  number: number;
  arguments: Record<string, unknown>;
}

/** A rating was asked for. `measure` is `suds`. */
export interface AskedFact {
  kind: "asked";
  question: number;
  measure: string;
}

/** A rating was given. `how` is controller, hand, gaze, keyboard, pointer or lead. */
export interface AnsweredFact {
  kind: "answered";
  question: number;
  measure: string;
  value: number;
  how: string;
}

/** The lead wrote a note. */
export interface NotedFact {
  kind: "noted";
  text: string;
}

/** The room went to the calm place. `why` names the way: grips, wrist, escape, word, lead, heartbeat. */
export interface StoppedFact {
  kind: "stopped";
  by: Role | null;
  why: string;
}

/** Subject or lead agreed to go on; when both have, the room runs again. */
export interface AgreedFact {
  kind: "agreed";
  by: Role;
}

/** The experience was held still. `why` names whose heartbeat is missing, or `lead`. */
export interface FrozeFact {
  kind: "froze";
  why: string;
}

/** The experience moves again after a freeze. */
export interface ThawedFact {
  kind: "thawed";
}

/** Recording of poses and signals was switched, by consent or its withdrawal. */
export interface RecordingFact {
  kind: "recording";
  on: boolean;
  why: string;
}

/** A segment of recorded streams was closed and its content fixed. */
export interface SealedFact {
  kind: "sealed";
  segment: string;
  sha256: string;
  size_bytes: number;
}

/** The digest of the room's state at this tick, which a replay must reproduce. */
export interface CheckpointFact {
  kind: "checkpoint";
  digest: string;
}

/** An earlier entry was written too late to be applied; whoever replays skips it. */
export interface VoidedFact {
  kind: "voided";
  entry: number;
}

/** The wall clock moved by this much against the monotonic one, in seconds. */
export interface ClockJumpedFact {
  kind: "clockjumped";
  by_s: number;
}

/** The session ended. */
export interface ClosedFact {
  kind: "closed";
  why: string;
}

export type ClientMessage =
  | Hello
  | Ping
  | Command
  | Control
  | Stop
  | Agree
  | Answer
  | Note
  | Sample
  | Device;

export type RoomMessage =
  | Welcome
  | Patch
  | RoomChanged
  | Happened
  | Acknowledged
  | Refused
  | SampleOf
  | Pong
  | Goodbye;

export type Fact =
  | OpenedFact
  | ReopenedFact
  | JoinedFact
  | AdmittedFact
  | LeftFact
  | BeganFact
  | CommandedFact
  | AskedFact
  | AnsweredFact
  | NotedFact
  | StoppedFact
  | AgreedFact
  | FrozeFact
  | ThawedFact
  | RecordingFact
  | SealedFact
  | CheckpointFact
  | VoidedFact
  | ClockJumpedFact
  | ClosedFact;
