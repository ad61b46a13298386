/** Everything that is drawn: opaque surfaces, the volume that they end, translucent surfaces over both. */
import type { PictureError, Quality } from "../stage/volume/budget";
import { spacingMm, type Vector3 } from "../stage/volume/matrices";
import {
  type Eye,
  type Look,
  RayCaster,
  type TransferPoint,
  type VolumeData,
} from "../stage/volume/ray_caster";
import { ScaledView } from "../stage/volume/scaled_view";
import { type Surface, Surfaces } from "./surfaces";

export type Mode = Look["mode"];
export type Plane = readonly [number, number, number, number];

/** What is to be seen of the volume. */
export interface Wish {
  shown: boolean;
  mode: Mode;
  lit: boolean;
  /** Of mode `iso`, 0..1 of the byte range. */
  surfaceAt: number;
  cuts: readonly Plane[];
}

export interface Size {
  width: number;
  height: number;
}

export interface Eyes {
  projection: Float32Array;
  view: Float32Array;
}

export const BACKGROUND: Vector3 = [0.06, 0.055, 0.05];
const SURFACE: Vector3 = [0.93, 0.8, 0.72];

export class Picture {
  readonly surfaces: Surfaces;
  readonly smallestMm: number;
  private readonly gl: WebGL2RenderingContext;
  private readonly caster: RayCaster;
  private readonly scaled: ScaledView;
  private depth:
    | { framebuffer: WebGLFramebuffer; texture: WebGLTexture; width: number; height: number }
    | undefined;

  constructor(gl: WebGL2RenderingContext, volume: VolumeData) {
    this.gl = gl;
    this.caster = new RayCaster(gl, volume);
    this.scaled = new ScaledView(gl);
    this.surfaces = new Surfaces(gl);
    this.smallestMm = Math.min(...spacingMm(volume.indexToWorld));
  }

  setTransfer(points: readonly TransferPoint[]): void {
    this.caster.setTransfer(points);
  }

  addSurface(surface: Surface): number {
    return this.surfaces.add(surface);
  }

  /** Draws one picture into the canvas, and waits until it is there: how long that took, in ms. */
  draw({ projection, view }: Eyes, wish: Wish, { width, height }: Size, quality: Quality): number {
    const gl = this.gl;
    const began = performance.now();
    const canvas = gl.canvas;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const opaque = this.surfaces.hasOpaque;
    const depth = wish.shown && opaque ? this.depthOf(width, height) : undefined;
    if (depth) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, depth.framebuffer);
      gl.viewport(0, 0, width, height);
      gl.clear(gl.DEPTH_BUFFER_BIT);
      this.surfaces.drawOpaque(projection, view);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    gl.clearColor(...BACKGROUND, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (opaque) {
      this.surfaces.drawOpaque(projection, view);
    }
    if (wish.shown) {
      const eye: Eye = { projection, view, viewport: [0, 0, width, height] };
      const look = { ...lookOf(wish), jitter: quality.stepVoxels > 1 };
      this.scaled.draw(
        this.caster,
        eye,
        depth ? { ...look, sceneDepth: { texture: depth.texture } } : look,
        quality,
      );
    }
    this.surfaces.drawTranslucent(projection, view);
    // Only the picture's last pixel tells that it is there.
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    return performance.now() - began;
  }

  /** How far each quality of the ladder is from a picture without error, in this view. */
  measure({ projection, view }: Eyes, wish: Wish): PictureError[] {
    return this.scaled.measure(this.caster, { projection, view, viewport: [0, 0, 1, 1] }, lookOf(wish));
  }

  dispose(): void {
    this.caster.dispose();
    this.scaled.dispose();
    this.surfaces.dispose();
    if (this.depth) {
      this.gl.deleteFramebuffer(this.depth.framebuffer);
      this.gl.deleteTexture(this.depth.texture);
    }
  }

  /** A depth texture of this size, for what stands in front of the volume or inside it. */
  private depthOf(width: number, height: number) {
    const gl = this.gl;
    if (this.depth?.width === width && this.depth.height === height) {
      return this.depth;
    }
    if (this.depth) {
      gl.deleteFramebuffer(this.depth.framebuffer);
      gl.deleteTexture(this.depth.texture);
    }
    const texture = gl.createTexture() as WebGLTexture;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.DEPTH_COMPONENT24, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    const framebuffer = gl.createFramebuffer() as WebGLFramebuffer;
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, texture, 0);
    gl.drawBuffers([gl.NONE]);
    this.depth = { framebuffer, texture, width, height };
    return this.depth;
  }
}

function lookOf(wish: Wish): Look {
  return {
    mode: wish.mode,
    lit: wish.lit && wish.mode !== "mip",
    iso: wish.surfaceAt,
    surfaceColor: wish.mode === "iso" ? SURFACE : [1, 1, 1],
    clipPlanes: wish.cuts,
    // The brightest has no place in depth: shells are seen over all of it.
    depthOpacity: wish.mode === "mip" ? 2 : 0.5,
  };
}
