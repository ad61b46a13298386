/**
 * A pose of a body in 43 bytes: head and two hands, relative to where the subject stands (`Scene.standpoint`).
 *
 * All numbers are little-endian.
 *
 *     offset  size  what
 *      0       1    flags: 1 left hand follows; 2 right hand follows; 4 left, 8 right is a tracked hand and not a
 *                   controller; 16 left, 32 right is pressed or pinched; 64 the viewer wears a headset
 *      1       6    time of capture in the room's clock, unsigned, in units of 100 microseconds since the epoch
 *      7      12    head
 *     19      12    left hand, if it follows
 *     31      12    right hand, if it follows (at 19 when the left one does not)
 *
 * Each of these 12 bytes: position x, y, z as three signed 16-bit integers in millimetres (beyond +-32.767 m it is
 * clamped), then the orientation as the smallest three of its unit quaternion (x, y, z, w) in one unsigned 48-bit
 * integer: bits 0-1 the index of the largest component, which is left out and is not negative; then the other three
 * in their order, 15 bits each from bit 2, as round((c / sqrt(1/2) + 1) / 2 * 32766). Bit 47 is zero.
 *
 * Bytes that follow are of a later version and are to be ignored.
 */

/** Position x, y, z in metres and orientation x, y, z, w. */
export type Rigid = [number, number, number, number, number, number, number];

/** One hand: where it is, what it is, and whether it presses. */
export interface HandPose {
  at: Rigid;
  tracked: boolean;
  pressed: boolean;
}

/** A body at one time. `captured_us` is in the room's clock. */
export interface Pose {
  captured_us: number;
  presenting: boolean;
  head: Rigid;
  left: HandPose | null;
  right: HandPose | null;
}

const PART_BYTES = 12;
const HEAD_AT = 7;
const LIMIT_MM = 32_767;
const STEPS = 32_766;
const TIME_UNIT_US = 100;

/** Packs a pose; it takes 43 bytes with both hands, 12 less without one. */
export function packPose(pose: Pose): Uint8Array<ArrayBuffer> {
  const hands = [pose.left, pose.right].filter((hand) => hand !== null);
  const bytes = new Uint8Array(HEAD_AT + PART_BYTES * (1 + hands.length));
  const view = new DataView(bytes.buffer);
  bytes[0] = flags(pose);
  setUint48(view, 1, Math.round(pose.captured_us / TIME_UNIT_US));
  packRigid(view, HEAD_AT, pose.head);
  for (const [index, hand] of hands.entries()) packRigid(view, HEAD_AT + PART_BYTES * (1 + index), hand.at);
  return bytes;
}

/** Reads what `packPose` wrote; throws when it is too short. */
export function unpackPose(bytes: Uint8Array): Pose {
  const flag = bytes[0] ?? 0;
  const count = 1 + (flag & 1) + ((flag >> 1) & 1);
  const expected = HEAD_AT + PART_BYTES * count;
  if (bytes.length < expected) throw new Error(`got a pose of ${bytes.length} bytes, expected ${expected}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hand = (present: number, at: number, tracked: number, pressed: number): HandPose | null =>
    flag & present
      ? { at: unpackRigid(view, at), tracked: (flag & tracked) !== 0, pressed: (flag & pressed) !== 0 }
      : null;
  const left = HEAD_AT + PART_BYTES;
  return {
    captured_us: getUint48(view, 1) * TIME_UNIT_US,
    presenting: (flag & 64) !== 0,
    head: unpackRigid(view, HEAD_AT),
    left: hand(1, left, 4, 16),
    right: hand(2, flag & 1 ? left + PART_BYTES : left, 8, 32),
  };
}

function flags({ left, right, presenting }: Pose): number {
  return (
    (left ? 1 | (left.tracked ? 4 : 0) | (left.pressed ? 16 : 0) : 0) |
    (right ? 2 | (right.tracked ? 8 : 0) | (right.pressed ? 32 : 0) : 0) |
    (presenting ? 64 : 0)
  );
}

function packRigid(view: DataView, at: number, rigid: Rigid): void {
  for (let axis = 0; axis < 3; axis += 1) {
    const millimetres = Math.round((rigid[axis] ?? 0) * 1000);
    view.setInt16(at + 2 * axis, Math.min(LIMIT_MM, Math.max(-LIMIT_MM, millimetres)), true);
  }
  const [, , , x, y, z, w] = rigid;
  const parts = [x, y, z, w];
  let largest = 0;
  for (let index = 1; index < 4; index += 1) {
    if (Math.abs(parts[index] ?? 0) > Math.abs(parts[largest] ?? 0)) largest = index;
  }
  const sign = (parts[largest] ?? 0) < 0 ? -1 : 1;
  const norm = Math.hypot(x, y, z, w) || 1;
  let packed = largest;
  let place = 4;
  for (let index = 0; index < 4; index += 1) {
    if (index === largest) continue;
    const share = ((parts[index] ?? 0) * sign * Math.SQRT2) / norm;
    packed += Math.round(((share + 1) / 2) * STEPS) * place;
    place *= 32_768;
  }
  setUint48(view, at + 6, packed);
}

function unpackRigid(view: DataView, at: number): Rigid {
  const packed = getUint48(view, at + 6);
  const largest = packed % 4;
  const parts = [0, 0, 0, 0];
  let rest = Math.floor(packed / 4);
  let squares = 0;
  for (let index = 0; index < 4; index += 1) {
    if (index === largest) continue;
    const part = (((rest % 32_768) / STEPS) * 2 - 1) / Math.SQRT2;
    parts[index] = part;
    squares += part * part;
    rest = Math.floor(rest / 32_768);
  }
  parts[largest] = Math.sqrt(Math.max(0, 1 - squares));
  const [x = 0, y = 0, z = 0, w = 1] = parts;
  const metres = (axis: number): number => view.getInt16(at + 2 * axis, true) / 1000;
  return [metres(0), metres(1), metres(2), x, y, z, w];
}

function setUint48(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint16(at + 4, Math.floor(value / 2 ** 32), true);
}

function getUint48(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
}
