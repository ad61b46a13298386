/**
 * Draws a volume by casting a ray through every pixel. WebGL2 and nothing else.
 *
 * ```ts
 * const caster = new RayCaster(gl, { size, values, indexToWorld });
 * caster.setTransfer(placePreset(presets.mr_head, range));
 * caster.draw({ projection, view, viewport: [0, 0, width, height] }, { mode: "composite", lit: true });
 * ```
 *
 * `draw` is called once an eye, into whatever framebuffer is bound, over what is there: colours are premultiplied and
 * as displayed. The world is in mm; `view` leads from it to the eye, and may scale (a room in metres). It writes depth
 * where the picture becomes opaque. It neither reads nor keeps WebGL state: whoever draws next sets their own.
 */

import { blueNoise, NOISE_EDGE } from "./blue_noise";
import { above, type Bricks, crossedBy, distances, measureBricks, seenBy } from "./bricks";
import { packGradients } from "./gradients";
import { Hull, hullOf } from "./hull";
import { invert, spacingMm, worldFromTexture } from "./matrices";
import { Programs } from "./programs";
import { raysOf } from "./rays";
import { MOST_PLANES, type Variant } from "./shaders";
import * as textures from "./textures";
import { LEVELS, preintegrate, type TransferPoint, transferTable } from "./transfer";

export type { TransferPoint } from "./transfer";

export interface VolumeData {
  /** Voxels along the axes x, y, z of the texture. */
  size: [number, number, number];
  /** One byte a voxel, x fastest. */
  values: Uint8Array;
  /** 16, column-major: texture index (x, y, z, 1) of a voxel's centre to the world in mm. */
  indexToWorld: Float32Array;
  /** RGBA8, see `packGradients`; made here when it is needed and was not given. */
  gradients?: Uint8Array;
}

export interface Eye {
  /** 16, column-major: clip coordinates from the eye's; perspective, asymmetric or parallel. */
  projection: Float32Array;
  /** 16, column-major: the eye's coordinates from the world in mm. */
  view: Float32Array;
  /** x, y, width, height in pixels of the framebuffer. */
  viewport: [number, number, number, number];
}

export interface SceneDepth {
  /** Depth of the opaque things, drawn with the same projection and view. */
  texture: WebGLTexture;
  /** The part of that texture this eye sees, in its pixels; the eye's viewport where it is left out. */
  viewport?: [number, number, number, number];
}

export interface Look {
  mode: "composite" | "mip" | "iso";
  /** Light on what has an edge. Default false. */
  lit?: boolean;
  /** Distance between samples in units of the smallest voxel spacing. Default 1. */
  stepVoxels?: number;
  /** Surface of mode `iso`, 0..1 of the byte range. Default 0.5. */
  iso?: number;
  /** Colour of mode `iso` and of the brightest in mode `mip`. */
  surfaceColor?: readonly [number, number, number];
  /** Values of mode `mip` that are black and full, 0..1 of the byte range. Default 0, 1. */
  window?: readonly [number, number];
  /** At most 6: (nx, ny, nz, d) keeps what has `n . p + d >= 0`, p in mm. */
  clipPlanes?: readonly (readonly [number, number, number, number])[];
  /** Keeps a box along the volume's axes, in shares of its size, 0..1. */
  clipBox?: { low: readonly [number, number, number]; high: readonly [number, number, number] };
  /** Opacity at which a ray is taken to be full, 0.95 to 1. Default 0.95. */
  earlyTermination?: number;
  /** Shifts each pixel's samples by blue noise: no rings, a little grain. Default false. */
  jitter?: boolean;
  /** Counts up from frame to frame so that the grain averages out. Default 0. */
  frame?: number;
  /** What stands in the scene; without it the depth buffer is taken to be empty. */
  sceneDepth?: SceneDepth;
  /** Opacity at which depth is written. Default 0.5. */
  depthOpacity?: number;
  /** Direction towards the light, in the world; from the eye where it is left out. */
  light?: readonly [number, number, number];
  /** Blinn-Phong. */
  shading?: { ambient: number; diffuse: number; specular: number; shininess: number };
}

const BRICK_EDGE = 4;
const UNITS = {
  volume: 0,
  leaps: 1,
  table: 2,
  noise: 3,
  gradients: 4,
  sceneDepth: 5,
  brickHigh: 6,
  hull: 7,
} as const;
const SHADING = { ambient: 0.35, diffuse: 0.75, specular: 0.2, shininess: 24 };

export class RayCaster {
  readonly bricks: Bricks;
  private readonly gl: WebGL2RenderingContext;
  private readonly volume: VolumeData;
  private readonly programs: Programs;
  private readonly hull: Hull;
  private readonly toWorld: Float64Array;
  private readonly smallestMm: number;
  private readonly held: Partial<Record<keyof typeof UNITS, WebGLTexture>> = {};
  private readonly array: WebGLVertexArrayObject;
  private transfer: Float32Array;
  /** What the leap map on the card was made for. */
  private madeFor = "";
  /** By length of step, so that a change of quality and back costs nothing. */
  private readonly tablesMade = new Map<number, WebGLTexture>();

  /** Throws a RangeError where the volume's parts do not fit each other or the card. */
  constructor(gl: WebGL2RenderingContext, volume: VolumeData) {
    check(gl, volume);
    this.gl = gl;
    this.volume = volume;
    this.toWorld = worldFromTexture(volume.size, volume.indexToWorld);
    this.smallestMm = Math.min(...spacingMm(volume.indexToWorld));
    this.bricks = measureBricks(volume.size, volume.values, BRICK_EDGE);
    this.transfer = transferTable([
      { at: 0, color: [1, 1, 1], opacity: 0 },
      { at: 1, color: [1, 1, 1], opacity: 0.5 },
    ]);
    this.programs = new Programs(gl);
    this.hull = new Hull(gl);
    this.array = gl.createVertexArray() as WebGLVertexArrayObject;
    this.held.volume = textures.bytes3d(gl, volume.size, volume.values);
    this.held.brickHigh = textures.integers3d(gl, this.bricks.count, this.bricks.high);
    this.held.noise = textures.bytes2d(gl, NOISE_EDGE, blueNoise());
  }

  /** Sets colour and opacity of the values; empty space is found anew at the next `draw`. */
  setTransfer(points: readonly TransferPoint[]): void {
    this.transfer = transferTable(points);
    this.madeFor = "";
    for (const table of this.tablesMade.values()) this.gl.deleteTexture(table);
    this.tablesMade.clear();
    delete this.held.table;
  }

  /** Draws the volume for one eye into the bound framebuffer. */
  draw(eye: Eye, look: Look): void {
    const gl = this.gl;
    const stepMm = this.smallestMm * (look.stepVoxels ?? 1);
    this.prepare(look, stepMm);
    const variant: Variant = {
      mode: look.mode,
      lit: look.lit ?? false,
      sideLight: look.light !== undefined,
      sceneDepth: look.sceneDepth !== undefined,
      jitter: look.jitter ?? false,
      shininess: look.lit ? (look.shading ?? SHADING).shininess : 0,
    };
    const rays = raysOf(eye.projection, eye.view, this.toWorld);
    this.hull.draw(rays.clipFromTexture, eye.viewport[2], eye.viewport[3]);
    const set = this.programs.use(variant);
    set.vector("nearBase", rays.near.base);
    set.vector("nearX", rays.near.alongX);
    set.vector("nearY", rays.near.alongY);
    set.vector("directionBase", rays.direction.base);
    set.vector("directionX", rays.direction.alongX);
    set.vector("directionY", rays.direction.alongY);
    const clip = rays.clipFromTexture;
    const row = (r: number) => [0, 4, 8, 12].map((c) => clip[c + r] ?? 0);
    set.vector("clipZ", row(2));
    set.vector("clipW", row(3));
    set.matrix3("worldFromTexture", this.toWorld);
    set.vector("viewport", eye.viewport);
    set.vector("depthViewport", look.sceneDepth?.viewport ?? eye.viewport);
    this.setLook(set, look, stepMm);
    for (const [name, unit] of Object.entries(UNITS)) set.sampler(name, unit);
    this.bindTextures(look);
    gl.viewport(...eye.viewport);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(...eye.viewport);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.ALWAYS);
    gl.depthMask(true);
    gl.enable(gl.BLEND);
    gl.blendEquation(gl.FUNC_ADD);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.array);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
    gl.disable(gl.SCISSOR_TEST);
    gl.depthFunc(gl.LESS);
  }

  /** Frees everything on the card. */
  dispose(): void {
    for (const texture of [...Object.values(this.held), ...this.tablesMade.values()])
      this.gl.deleteTexture(texture);
    this.gl.deleteVertexArray(this.array);
    this.hull.dispose();
    this.programs.dispose();
  }

  private setLook(set: ReturnType<Programs["use"]>, look: Look, stepMm: number): void {
    const { edge, count } = this.bricks;
    set.vector("boxLow", look.clipBox?.low ?? [0, 0, 0]);
    set.vector("boxHigh", look.clipBox?.high ?? [1, 1, 1]);
    set.vector(
      "bricksPerTexture",
      this.volume.size.map((n) => n / edge),
    );
    set.vector("brickOffset", [-0.5 / edge, -0.5 / edge, -0.5 / edge]);
    set.integers(
      "lastBrick",
      count.map((n) => n - 1),
    );
    set.number("stepMm", stepMm);
    set.number("opaque", look.earlyTermination ?? 0.95);
    set.number("depthOpacity", look.depthOpacity ?? 0.5);
    set.number("iso", look.iso ?? 0.5);
    set.vector("window", look.window ?? [0, 1]);
    const shift = (look.frame ?? 0) % 64;
    set.vector("noiseShift", [(shift * 37) % 64, (shift * 17) % 64]);
    set.vector("surfaceColor", look.surfaceColor ?? [1, 1, 1]);
    set.vector("light", look.light ?? [0, 0, 0]);
    const shading = look.shading ?? SHADING;
    set.vector("shading", [shading.ambient, shading.diffuse, shading.specular, shading.shininess]);
    this.setPlanes(set, look.clipPlanes ?? []);
  }

  private setPlanes(set: ReturnType<Programs["use"]>, planes: NonNullable<Look["clipPlanes"]>): void {
    if (planes.length > MOST_PLANES)
      throw new RangeError(`at most ${MOST_PLANES} clip planes were expected, got ${planes.length}`);
    const inTexture = planes.flatMap((plane) =>
      [0, 1, 2, 3].map((c) =>
        plane.reduce((sum, value, r) => sum + value * (this.toWorld[c * 4 + r] ?? 0), 0),
      ),
    );
    set.vectors4("planes", [...inTexture, ...new Array(MOST_PLANES * 4 - inTexture.length).fill(0)]);
    set.integer("planeCount", planes.length);
  }

  private prepare(look: Look, stepMm: number): void {
    const gl = this.gl;
    const iso = look.iso ?? 0.5;
    const least = look.window?.[0] ?? 0;
    const wanted = { composite: "composite", mip: `mip ${least}`, iso: `iso ${iso}` }[look.mode];
    if (this.madeFor !== wanted) {
      const occupied = {
        composite: () => seenBy(this.bricks, this.transfer),
        mip: () => above(this.bricks, least * 255),
        iso: () => crossedBy(this.bricks, iso * 255),
      }[look.mode]();
      const apart = distances(occupied, this.bricks.count);
      gl.deleteTexture(this.held.leaps ?? null);
      this.held.leaps = textures.integers3d(gl, this.bricks.count, apart);
      this.hull.setFaces(hullOf(apart, this.bricks, this.volume.size));
      this.madeFor = wanted;
    }
    if (look.mode === "composite") {
      const table =
        this.tablesMade.get(stepMm) ?? textures.floats2d(gl, LEVELS, preintegrate(this.transfer, stepMm));
      this.tablesMade.set(stepMm, table);
      this.held.table = table;
    }
    if (look.lit && !this.held.gradients) {
      const { size, values, indexToWorld } = this.volume;
      const packed = this.volume.gradients ?? packGradients(size, values, indexToWorld);
      this.held.gradients = textures.gradients3d(gl, size, packed);
    }
  }

  private bindTextures(look: Look): void {
    const gl = this.gl;
    for (const [name, unit] of Object.entries(UNITS)) {
      const flat = name === "table" || name === "noise" || name === "sceneDepth" || name === "hull";
      const texture =
        name === "sceneDepth" ? look.sceneDepth?.texture : this.held[name as keyof typeof UNITS];
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(flat ? gl.TEXTURE_2D : gl.TEXTURE_3D, texture ?? null);
    }
    gl.activeTexture(gl.TEXTURE0);
  }
}

function check(gl: WebGL2RenderingContext, { size, values, indexToWorld, gradients }: VolumeData): void {
  const voxels = size[0] * size[1] * size[2];
  if (!size.every((n) => Number.isInteger(n) && n > 0))
    throw new RangeError(`three whole numbers of voxels were expected, got ${size}`);
  if (values.length !== voxels)
    throw new RangeError(`${voxels} values were expected for ${size.join(" x ")}, got ${values.length}`);
  if (gradients && gradients.length !== voxels * 4)
    throw new RangeError(`${voxels * 4} bytes of gradients were expected, got ${gradients.length}`);
  if (indexToWorld.length !== 16 || !indexToWorld.every(Number.isFinite))
    throw new RangeError("indexToWorld has 16 finite numbers");
  const most = gl.getParameter(gl.MAX_3D_TEXTURE_SIZE) as number;
  if (Math.max(...size) > most)
    throw new RangeError(`this card draws up to ${most} voxels an axis, got ${size}`);
  invert(indexToWorld);
}
