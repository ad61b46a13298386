/**
 * The hull of what can be seen, as faces of blocks of bricks: drawn before the rays, its depth tells where each begins.
 * Rays that miss it cost nothing; the others come close to the first thing seen without a look at the map.
 */
import type { Bricks } from "./bricks";
import { link } from "./programs";

/** Bricks along the edge of a block: few faces, and only a few looks at the map between them and what is seen. */
const BLOCK = 4;

/**
 * Corners of the outer faces of occupied blocks, 6 a face (two triangles), each x, y, z in texture coordinates.
 *
 * @param apart - Distance of each brick to what is seen; 0 is seen.
 * @param size - Voxels along x, y, z.
 */
export function hullOf(
  apart: Uint8Array,
  { count, edge }: Pick<Bricks, "count" | "edge">,
  size: readonly [number, number, number],
): Float32Array {
  const blocks = count.map((n) => Math.ceil(n / BLOCK)) as [number, number, number];
  const [bx, by, bz] = blocks;
  const full = new Uint8Array(bx * by * bz);
  for (let z = 0, brick = 0; z < count[2]; z++)
    for (let y = 0; y < count[1]; y++)
      for (let x = 0; x < count[0]; x++, brick++)
        if (apart[brick] === 0)
          full[(Math.floor(z / BLOCK) * by + Math.floor(y / BLOCK)) * bx + Math.floor(x / BLOCK)] = 1;
  // Bricks begin at the centre of the first voxel, the volume half a voxel before it.
  const planes = blocks.map((n, axis) =>
    Float32Array.from({ length: n + 1 }, (_, i) =>
      i === 0 ? 0 : i === n ? 1 : (i * BLOCK * edge + 0.5) / (size[axis] as number),
    ),
  );
  const strides = [1, bx, bx * by];
  const out: number[] = [];
  for (let z = 0, block = 0; z < bz; z++)
    for (let y = 0; y < by; y++)
      for (let x = 0; x < bx; x++, block++) {
        if (!full[block]) continue;
        const at = [x, y, z];
        for (let axis = 0; axis < 3; axis++)
          for (const side of [0, 1]) {
            const border = side ? at[axis] === (blocks[axis] as number) - 1 : at[axis] === 0;
            const beside = block + (side ? 1 : -1) * (strides[axis] as number);
            if (border || !full[beside]) addFace(out, planes, at, axis, side);
          }
      }
  return Float32Array.from(out);
}

/** The corners of the two triangles of a face along its two other axes. */
const CORNERS = [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1];

function addFace(out: number[], planes: Float32Array[], at: number[], axis: number, side: number): void {
  const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
  for (let corner = 0; corner < 12; corner += 2) {
    const place = [0, 0, 0];
    place[axis] = side;
    place[u] = CORNERS[corner] as number;
    place[v] = CORNERS[corner + 1] as number;
    for (let c = 0; c < 3; c++)
      out.push((planes[c] as Float32Array)[(at[c] as number) + (place[c] as number)] as number);
  }
}

const vertex = `#version 300 es
uniform mat4 clipFromTexture;
in vec3 corner;
void main() { gl_Position = clipFromTexture * vec4(corner, 1.0); }
`;
const fragment = `#version 300 es
void main() {}
`;

/** Draws the hull's depth into a texture of its own. */
export class Hull {
  /** Depth of the nearest face at each pixel of the viewport. */
  texture: WebGLTexture | null = null;
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly frame: WebGLFramebuffer;
  private readonly matrix: WebGLUniformLocation | null;
  private corners = 0;
  private size = [0, 0];

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = link(gl, vertex, fragment);
    this.matrix = gl.getUniformLocation(this.program, "clipFromTexture");
    this.array = gl.createVertexArray() as WebGLVertexArrayObject;
    this.buffer = gl.createBuffer() as WebGLBuffer;
    this.frame = gl.createFramebuffer() as WebGLFramebuffer;
    const place = gl.getAttribLocation(this.program, "corner");
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  setFaces(corners: Float32Array): void {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
    this.corners = corners.length / 3;
  }

  /** Draws it for an eye; the framebuffer that was bound is bound again. */
  draw(clipFromTexture: Float64Array, width: number, height: number): void {
    const gl = this.gl;
    const shown = gl.getParameter(gl.DRAW_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.frame);
    this.fit(width, height);
    gl.viewport(0, 0, width, height);
    gl.disable(gl.SCISSOR_TEST);
    gl.disable(gl.CULL_FACE);
    gl.disable(gl.BLEND);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LESS);
    gl.depthMask(true);
    gl.clearDepth(1);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(this.matrix, false, clipFromTexture);
    gl.bindVertexArray(this.array);
    gl.drawArrays(gl.TRIANGLES, 0, this.corners);
    gl.bindVertexArray(null);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, shown);
  }

  dispose(): void {
    const gl = this.gl;
    gl.deleteTexture(this.texture);
    gl.deleteFramebuffer(this.frame);
    gl.deleteVertexArray(this.array);
    gl.deleteBuffer(this.buffer);
    gl.deleteProgram(this.program);
  }

  private fit(width: number, height: number): void {
    if (this.size[0] === width && this.size[1] === height) return;
    const gl = this.gl;
    gl.deleteTexture(this.texture);
    this.texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.DEPTH_COMPONENT24, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.framebufferTexture2D(gl.DRAW_FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, this.texture, 0);
    this.size = [width, height];
  }
}
