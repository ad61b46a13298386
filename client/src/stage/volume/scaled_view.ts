/** Draws a volume with fewer pixels than are shown, and measures what each quality of the ladder costs. */
import { LADDER, type PictureError, pictureError, publishedErrors, type Quality } from "./budget";
import { link } from "./programs";
import type { Eye, Look, RayCaster } from "./ray_caster";

const vertex = `#version 300 es
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  at = corner * 0.5 + 0.5;
  gl_Position = vec4(corner, 0.0, 1.0);
}
`;
const fragment = `#version 300 es
precision highp float;
uniform sampler2D color, depth;
uniform vec2 used;
in vec2 at;
out vec4 result;
void main() {
  result = texture(color, at * used);
  // Depth is not mixed: halfway between skin and wall there is nothing.
  gl_FragDepth = texture(depth, at * used).r;
  if (result.a <= 0.0) discard;
}
`;

/** Side of the picture on which errors are measured. */
const PROBE_PX = 128;

export class ScaledView {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private target:
    | { frame: WebGLFramebuffer; color: WebGLTexture; depth: WebGLTexture; size: [number, number] }
    | undefined;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = link(gl, vertex, fragment);
    this.array = gl.createVertexArray() as WebGLVertexArrayObject;
  }

  /** As `caster.draw` into the bound framebuffer, with the pixels and the step of `quality`. */
  draw(caster: RayCaster, eye: Eye, look: Look, quality: Quality): void {
    const finer = { ...look, stepVoxels: quality.stepVoxels };
    if (quality.scale >= 1) {
      caster.draw(eye, finer);
      return;
    }
    const gl = this.gl;
    const shown = gl.getParameter(gl.DRAW_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const [, , width, height] = eye.viewport;
    const small: [number, number] = [Math.ceil(width * quality.scale), Math.ceil(height * quality.scale)];
    const target = this.targetFor(small);
    gl.bindFramebuffer(gl.FRAMEBUFFER, target.frame);
    gl.disable(gl.SCISSOR_TEST);
    gl.depthMask(true);
    gl.clearColor(0, 0, 0, 0);
    gl.clearDepth(1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const sceneDepth = look.sceneDepth && { viewport: eye.viewport, ...look.sceneDepth };
    caster.draw({ ...eye, viewport: [0, 0, ...small] }, { ...finer, ...(sceneDepth ? { sceneDepth } : {}) });
    gl.bindFramebuffer(gl.FRAMEBUFFER, shown);
    this.show(eye, target, small);
  }

  /**
   * What every rung of the ladder costs in this view: each is drawn small beside the full quality and compared. Small
   * pictures hold finer detail a pixel than the shown one, so the figures of fewer pixels err on the high side.
   */
  measure(caster: RayCaster, eye: Eye, look: Look): PictureError[] {
    const gl = this.gl;
    const shown = gl.getParameter(gl.DRAW_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const probe = this.made([PROBE_PX, PROBE_PX]);
    const { sceneDepth: _, ...alone } = look;
    const pictureOf = (quality: Quality) => {
      gl.bindFramebuffer(gl.FRAMEBUFFER, probe.frame);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      this.draw(caster, { ...eye, viewport: [0, 0, PROBE_PX, PROBE_PX] }, alone, quality);
      const pixels = new Uint8Array(PROBE_PX * PROBE_PX * 4);
      gl.readPixels(0, 0, PROBE_PX, PROBE_PX, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      return pixels;
    };
    // Half a voxel a step and nothing left out is what "no error" means.
    const full = pictureOf({ scale: 1, stepVoxels: 0.5 });
    const errors = publishedErrors(LADDER.map((quality) => pictureError(full, pictureOf(quality))));
    this.free(probe);
    gl.bindFramebuffer(gl.FRAMEBUFFER, shown);
    return errors;
  }

  dispose(): void {
    if (this.target) this.free(this.target);
    this.target = undefined;
    this.gl.deleteProgram(this.program);
    this.gl.deleteVertexArray(this.array);
  }

  private show(eye: Eye, target: NonNullable<ScaledView["target"]>, small: [number, number]): void {
    const gl = this.gl;
    gl.useProgram(this.program);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, target.depth);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, target.color);
    gl.uniform1i(gl.getUniformLocation(this.program, "color"), 0);
    gl.uniform1i(gl.getUniformLocation(this.program, "depth"), 1);
    gl.uniform2f(
      gl.getUniformLocation(this.program, "used"),
      small[0] / target.size[0],
      small[1] / target.size[1],
    );
    gl.viewport(...eye.viewport);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.ALWAYS);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(this.array);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
    gl.depthFunc(gl.LESS);
  }

  private targetFor(size: [number, number]): NonNullable<ScaledView["target"]> {
    if (this.target?.size[0] !== size[0] || this.target.size[1] !== size[1]) {
      if (this.target) this.free(this.target);
      this.target = this.made(size);
    }
    return this.target as NonNullable<ScaledView["target"]>;
  }

  private made(size: [number, number]): NonNullable<ScaledView["target"]> {
    const gl = this.gl;
    const texture = (format: number, filter: number) => {
      const made = gl.createTexture() as WebGLTexture;
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, made);
      gl.texStorage2D(gl.TEXTURE_2D, 1, format, ...size);
      for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
        gl.texParameteri(gl.TEXTURE_2D, name, filter);
      for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
        gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
      return made;
    };
    const color = texture(gl.RGBA8, gl.LINEAR);
    const depth = texture(gl.DEPTH_COMPONENT24, gl.NEAREST);
    const frame = gl.createFramebuffer() as WebGLFramebuffer;
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, color, 0);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
    return { frame, color, depth, size };
  }

  private free(target: NonNullable<ScaledView["target"]>): void {
    this.gl.deleteFramebuffer(target.frame);
    this.gl.deleteTexture(target.color);
    this.gl.deleteTexture(target.depth);
  }
}
