/** Frames of the wire: MessagePack maps with a `type`, and raw frames of packed poses. */
import { decode, Encoder } from "@msgpack/msgpack";
import { type ClientMessage, POSE, POSES, type RoomMessage } from "./generated.ts";
import { type Pose, unpackPose } from "./pose.ts";

/** What a room sends in one frame: a message, or everybody's newest poses. */
export type Incoming = RoomMessage | PosesFrame;

/** Newest poses of others, each with the slot of its participant (see `Member.slot`). */
export interface PosesFrame {
  type: "poses";
  poses: { slot: number; pose: Pose }[];
}

const encoder = new Encoder({ ignoreUndefined: true });

/** One frame of a client. */
export function encodeMessage(message: ClientMessage): Uint8Array<ArrayBuffer> {
  return encoder.encode(message);
}

/** One pose frame: the byte `POSE`, then the packed pose. */
export function encodePoseFrame(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(1 + packed.length);
  frame[0] = POSE;
  frame.set(packed, 1);
  return frame;
}

/** Reads a frame of a room. Throws an error that says what was expected when it is none. */
export function decodeFrame(frame: ArrayBuffer): Incoming {
  const bytes = new Uint8Array(frame);
  if (bytes[0] === POSES) return { type: "poses", poses: decodePoses(bytes) };
  const message = decode(bytes);
  if (typeof message !== "object" || message === null || !("type" in message)) {
    throw new Error(`got a frame of ${bytes.length} bytes without a type, expected a message of the room`);
  }
  return message as RoomMessage;
}

/** Reads a joined pose frame: `POSES`, then for each pose slot u8, length u16 little-endian, packed pose. */
function decodePoses(bytes: Uint8Array): PosesFrame["poses"] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const poses: PosesFrame["poses"] = [];
  for (let at = 1; at < bytes.length; ) {
    if (at + 3 > bytes.length) throw new Error(`got ${bytes.length} bytes of poses that end inside a header`);
    const slot = view.getUint8(at);
    const end = at + 3 + view.getUint16(at + 1, true);
    if (end > bytes.length) throw new Error(`got ${bytes.length} bytes of poses, expected ${end}`);
    poses.push({ slot, pose: unpackPose(bytes.subarray(at + 3, end)) });
    at = end;
  }
  return poses;
}
