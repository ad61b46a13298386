/** Builds one mesh out of many simple solids, with colours and a darkening towards their feet. */
import * as THREE from "three";

/** How a solid is finished. */
export interface Finish {
  /** 0 matt .. 1 mirror. */
  gloss?: number;
  /** Multiplies the colour at the foot of the solid: 1 for none. */
  foot?: number;
  /** Turns about the vertical, radians. */
  turn?: number;
  /** Leaves a post without its two ends. */
  hollow?: boolean;
}

type Point = readonly [number, number, number];

const boxFaces: readonly [Point, Point, Point][] = [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [
    [-1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
  ],
  [
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ],
  [
    [0, -1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ],
  [
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [0, 0, -1],
    [0, 1, 0],
    [1, 0, 0],
  ],
];

/** Collects solids; `geometry()` gives them as one. Coordinates in metres. */
export class Form {
  private readonly positions: number[] = [];
  private readonly normals: number[] = [];
  private readonly colours: number[] = [];
  private readonly glosses: number[] = [];
  private readonly indices: number[] = [];
  private readonly paint = new THREE.Color();

  /** A box of `size` whose centre is `centre`. */
  box(centre: Point, size: Point, colour: string, finish: Finish = {}): this {
    const turn = finish.turn ?? 0;
    const cos = Math.cos(turn);
    const sin = Math.sin(turn);
    for (const [normal, first, second] of boxFaces) {
      const corners = [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ].map(([s, t]): Point => {
        const local = [0, 1, 2].map(
          (axis) =>
            ((normal[axis] as number) +
              (s as number) * (first[axis] as number) +
              (t as number) * (second[axis] as number)) *
            (size[axis] as number) *
            0.5,
        ) as [number, number, number];
        return [
          centre[0] + local[0] * cos + local[2] * sin,
          centre[1] + local[1],
          centre[2] - local[0] * sin + local[2] * cos,
        ];
      }) as [Point, Point, Point, Point];
      const turned: Point = [
        normal[0] * cos + normal[2] * sin,
        normal[1],
        -normal[0] * sin + normal[2] * cos,
      ];
      this.face(corners, turned, colour, finish, centre[1] - size[1] / 2, size[1]);
    }
    return this;
  }

  /** A flat four-cornered face, corners counter-clockwise as seen from its front. */
  quad(corners: readonly [Point, Point, Point, Point], colour: string, finish: Finish = {}): this {
    const [a, b, , d] = corners;
    const first = new THREE.Vector3(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
    const second = new THREE.Vector3(d[0] - a[0], d[1] - a[1], d[2] - a[2]);
    const normal = first.cross(second).normalize();
    this.face(corners, [normal.x, normal.y, normal.z], colour, finish, 0, 0);
    return this;
  }

  /** Any geometry, placed by `matrix`. */
  add(source: THREE.BufferGeometry, matrix: THREE.Matrix4, colour: string, finish: Finish = {}): this {
    const geometry = source.clone().applyMatrix4(matrix);
    const position = geometry.getAttribute("position");
    const normal = geometry.getAttribute("normal");
    geometry.computeBoundingBox();
    const low = geometry.boundingBox?.min.y ?? 0;
    const tall = (geometry.boundingBox?.max.y ?? 0) - low;
    const offset = this.positions.length / 3;
    for (let at = 0; at < position.count; at++) {
      const point: Point = [position.getX(at), position.getY(at), position.getZ(at)];
      this.vertex(point, [normal.getX(at), normal.getY(at), normal.getZ(at)], colour, finish, low, tall);
    }
    const index = geometry.getIndex();
    const count = index ? index.count : position.count;
    for (let at = 0; at < count; at++) this.indices.push(offset + (index ? index.getX(at) : at));
    geometry.dispose();
    return this;
  }

  /** An upright cylinder or cone on `foot`. */
  post(
    foot: Point,
    radius: number,
    height: number,
    colour: string,
    finish: Finish = {},
    top = radius,
    sides = 8,
  ): this {
    const shape = new THREE.CylinderGeometry(top, radius, height, sides, 1, finish.hollow ?? false);
    this.add(
      shape,
      new THREE.Matrix4().makeTranslation(foot[0], foot[1] + height / 2, foot[2]),
      colour,
      finish,
    );
    shape.dispose();
    return this;
  }

  /** A round bar from one point to another. */
  bar(from: Point, to: Point, radius: number, colour: string, finish: Finish = {}, sides = 6): this {
    const start = new THREE.Vector3(...from);
    const axis = new THREE.Vector3(...to).sub(start);
    const length = axis.length();
    const shape = new THREE.CylinderGeometry(radius, radius, length, sides, 1);
    const turn = new THREE.Quaternion().setFromUnitVectors(
      new THREE.Vector3(0, 1, 0),
      axis.clone().normalize(),
    );
    const centre = start.addScaledVector(axis, 0.5);
    this.add(shape, new THREE.Matrix4().compose(centre, turn, new THREE.Vector3(1, 1, 1)), colour, finish);
    shape.dispose();
    return this;
  }

  /** Everything collected, as one geometry with `color` and `gloss`. */
  geometry(): THREE.BufferGeometry {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(this.positions, 3));
    geometry.setAttribute("normal", new THREE.Float32BufferAttribute(this.normals, 3));
    geometry.setAttribute("color", new THREE.Float32BufferAttribute(this.colours, 3));
    geometry.setAttribute("gloss", new THREE.Float32BufferAttribute(this.glosses, 1));
    geometry.setIndex(this.indices);
    return geometry;
  }

  private face(
    corners: readonly Point[],
    normal: Point,
    colour: string,
    finish: Finish,
    low: number,
    tall: number,
  ): void {
    const offset = this.positions.length / 3;
    for (const corner of corners) this.vertex(corner, normal, colour, finish, low, tall);
    this.indices.push(offset, offset + 1, offset + 2, offset, offset + 2, offset + 3);
  }

  private vertex(
    point: Point,
    normal: Point,
    colour: string,
    finish: Finish,
    low: number,
    tall: number,
  ): void {
    const rise = tall > 0 ? (point[1] - low) / tall : 1;
    const foot = finish.foot ?? 1;
    this.paint.set(colour).multiplyScalar(foot + (1 - foot) * rise);
    this.positions.push(...point);
    this.normals.push(...normal);
    this.colours.push(this.paint.r, this.paint.g, this.paint.b);
    this.glosses.push(finish.gloss ?? 0);
  }
}
