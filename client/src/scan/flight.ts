/** The way of a camera through a hollow organ. World: LPS mm. */
import { cross, dot, lookAt, subtract, unit, type Vector3 } from "../stage/volume/matrices";

/** The eye turns towards what lies so far ahead, so that bends are looked into and small wiggles are not. */
const AHEAD_MM = 12;

export class Flight {
  readonly lengthMm: number;
  private readonly points: Vector3[] = [];
  private readonly ups: Vector3[] = [];

  /**
   * @param points - At least two places that differ; spaced anew by about 1 mm.
   * @throws RangeError if they do not make a way.
   */
  constructor(points: readonly (readonly number[])[]) {
    const given = points.map(([x, y, z]): Vector3 => [x ?? Number.NaN, y ?? Number.NaN, z ?? Number.NaN]);
    const lengths = given.slice(1).map((point, at) => Math.hypot(...subtract(point, given[at] as Vector3)));
    this.lengthMm = lengths.reduce((sum, length) => sum + length, 0);
    if (!(this.lengthMm > 0 && Number.isFinite(this.lengthMm))) {
      throw new RangeError("a way of at least two different places was expected");
    }
    const count = Math.max(2, Math.round(this.lengthMm) + 1);
    let piece = 0;
    let before = 0;
    for (let n = 0; n < count; n++) {
      const along = (n / (count - 1)) * this.lengthMm;
      while (piece < lengths.length - 1 && before + (lengths[piece] as number) < along) {
        before += lengths[piece] as number;
        piece += 1;
      }
      const share = Math.min(1, (along - before) / ((lengths[piece] as number) || 1));
      const [from, to] = [given[piece] as Vector3, given[piece + 1] as Vector3];
      this.points.push(
        [0, 1, 2].map((k) => mix(from[k] as number, to[k] as number, share)) as unknown as Vector3,
      );
    }
    this.carryUp();
  }

  /** The eye's view after `alongMm`, from 0 to `lengthMm`. */
  viewAt(alongMm: number): Float32Array {
    const [eye, target] = [this.at(this.points, alongMm), this.target(alongMm)];
    return lookAt(eye, target, this.at(this.ups, alongMm));
  }

  private target(alongMm: number): Vector3 {
    const ahead = Math.min(AHEAD_MM, this.lengthMm / 2);
    if (alongMm + ahead <= this.lengthMm) {
      return this.at(this.points, alongMm + ahead);
    }
    // At the end there is nothing ahead: it looks on as it came.
    const [end, eye] = [this.at(this.points, this.lengthMm), this.at(this.points, alongMm)];
    const direction = subtract(end, this.at(this.points, this.lengthMm - ahead));
    return [eye[0] + direction[0], eye[1] + direction[1], eye[2] + direction[2]];
  }

  private at(list: readonly Vector3[], alongMm: number): Vector3 {
    const place = (Math.min(this.lengthMm, Math.max(0, alongMm)) / this.lengthMm) * (list.length - 1);
    const below = Math.min(list.length - 2, Math.floor(place));
    const [from, to] = [list[below] as Vector3, list[below + 1] as Vector3];
    return [0, 1, 2].map((k) => mix(from[k] as number, to[k] as number, place - below)) as unknown as Vector3;
  }

  /** What is up is carried along without rolling: each time only what points ahead is taken away. */
  private carryUp(): void {
    const last = this.points.length - 1;
    let up: Vector3 | undefined;
    this.points.forEach((_, n) => {
      const along = (n / last) * this.lengthMm;
      const ahead = unit(subtract(this.target(along), this.at(this.points, along)));
      const start: Vector3 = Math.abs(ahead[2]) < 0.8 ? [0, 0, 1] : [0, -1, 0];
      const before: Vector3 = up ?? start;
      const along_ = dot(before, ahead);
      const square: Vector3 = [
        before[0] - along_ * ahead[0],
        before[1] - along_ * ahead[1],
        before[2] - along_ * ahead[2],
      ];
      up = Math.hypot(...square) > 1e-3 ? unit(square) : unit(cross(cross(ahead, start), ahead));
      this.ups.push(up);
    });
  }
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
