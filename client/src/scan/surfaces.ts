/** Draws surfaces: opaque ones before the volume, with the depth that ends its rays, translucent ones over it. */
import type { Vector3 } from "../stage/volume/matrices";

export interface Surface {
  name: string;
  /** 0..1. */
  color: Vector3;
  opacity: number;
  /** LPS mm, x y z. */
  vertices: Float32Array;
  faces: Uint32Array;
  /** Red, green, blue a vertex. */
  colors?: Uint8Array;
}

interface Held {
  surface: Surface;
  array: WebGLVertexArrayObject;
  buffers: WebGLBuffer[];
  shown: boolean;
}

const VERTEX = `#version 300 es
uniform mat4 projection, view;
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec3 color;
out vec3 vPosition, vNormal, vColor;
void main() {
  vec4 seen = view * vec4(position, 1.0);
  vPosition = seen.xyz;
  vNormal = mat3(view) * normal;
  vColor = color;
  gl_Position = projection * seen;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float opacity;
in vec3 vPosition, vNormal, vColor;
out vec4 result;
void main() {
  vec3 toEye = normalize(-vPosition);
  vec3 normal = normalize(vNormal + toEye * 1e-6);
  float facing = abs(dot(normal, toEye));
  vec3 color = vColor * (0.3 + 0.7 * facing) + 0.15 * pow(facing, 32.0);
  // The rim of a translucent shell is looked through at a slant, along more of it.
  float share = opacity >= 1.0 ? 1.0 : 1.0 - pow(1.0 - opacity, 1.0 / max(facing, 0.2));
  result = vec4(color * share, share);
}`;

export class Surfaces {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly held: Held[] = [];

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.program = programOf(gl);
  }

  /** Puts a surface into the scene; returns its number. */
  add(surface: Surface): number {
    const gl = this.gl;
    const array = gl.createVertexArray() as WebGLVertexArrayObject;
    gl.bindVertexArray(array);
    const count = surface.vertices.length;
    const colors = surface.colors ?? repeated(surface.color, count);
    const buffers = [
      attribute(gl, 0, surface.vertices, gl.FLOAT),
      attribute(gl, 1, normalsOf(surface), gl.FLOAT),
      attribute(gl, 2, colors, gl.UNSIGNED_BYTE),
      gl.createBuffer() as WebGLBuffer,
    ];
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffers[3] as WebGLBuffer);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, surface.faces, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    return this.held.push({ surface, array, buffers, shown: true }) - 1;
  }

  show(number: number, shown: boolean): void {
    const held = this.held[number];
    if (held) {
      held.shown = shown;
    }
  }

  get hasOpaque(): boolean {
    return this.held.some(({ shown, surface }) => shown && surface.opacity >= 1);
  }

  /** Draws the opaque surfaces into the bound framebuffer, which has a depth buffer. */
  drawOpaque(projection: Float32Array, view: Float32Array): void {
    const gl = this.gl;
    this.begin(projection, view);
    gl.disable(gl.BLEND);
    gl.depthMask(true);
    gl.disable(gl.CULL_FACE);
    for (const held of this.held) {
      if (held.shown && held.surface.opacity >= 1) {
        this.drawOne(held);
      }
    }
    gl.bindVertexArray(null);
  }

  /** Draws the translucent surfaces over what is there, behind nothing that is opaque. */
  drawTranslucent(projection: Float32Array, view: Float32Array): void {
    const gl = this.gl;
    this.begin(projection, view);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthMask(false);
    gl.enable(gl.CULL_FACE);
    for (const held of this.held) {
      if (held.shown && held.surface.opacity < 1) {
        // The far side of a shell lies behind its near side.
        gl.cullFace(gl.FRONT);
        this.drawOne(held);
        gl.cullFace(gl.BACK);
        this.drawOne(held);
      }
    }
    gl.disable(gl.CULL_FACE);
    gl.depthMask(true);
    gl.bindVertexArray(null);
  }

  dispose(): void {
    for (const { array, buffers } of this.held) {
      this.gl.deleteVertexArray(array);
      for (const buffer of buffers) {
        this.gl.deleteBuffer(buffer);
      }
    }
    this.gl.deleteProgram(this.program);
  }

  private begin(projection: Float32Array, view: Float32Array): void {
    const gl = this.gl;
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(gl.getUniformLocation(this.program, "projection"), false, projection);
    gl.uniformMatrix4fv(gl.getUniformLocation(this.program, "view"), false, view);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
  }

  private drawOne({ surface, array }: Held): void {
    const gl = this.gl;
    gl.uniform1f(gl.getUniformLocation(this.program, "opacity"), surface.opacity);
    gl.bindVertexArray(array);
    gl.drawElements(gl.TRIANGLES, surface.faces.length, gl.UNSIGNED_INT, 0);
  }
}

/** Unit normals at the vertices: the mean of the faces around, weighted by their area. */
export function normalsOf({ vertices, faces }: Pick<Surface, "vertices" | "faces">): Float32Array {
  const normals = new Float32Array(vertices.length);
  const at = (vertex: number, axis: number) => vertices[3 * vertex + axis] as number;
  for (let face = 0; face < faces.length; face += 3) {
    const [a, b, c] = [faces[face] as number, faces[face + 1] as number, faces[face + 2] as number];
    const [ux, uy, uz] = [at(b, 0) - at(a, 0), at(b, 1) - at(a, 1), at(b, 2) - at(a, 2)];
    const [vx, vy, vz] = [at(c, 0) - at(a, 0), at(c, 1) - at(a, 1), at(c, 2) - at(a, 2)];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const vertex of [a, b, c]) {
      normals[3 * vertex] = (normals[3 * vertex] as number) + nx;
      normals[3 * vertex + 1] = (normals[3 * vertex + 1] as number) + ny;
      normals[3 * vertex + 2] = (normals[3 * vertex + 2] as number) + nz;
    }
  }
  for (let n = 0; n < normals.length; n += 3) {
    const [x, y, z] = [normals[n] as number, normals[n + 1] as number, normals[n + 2] as number];
    const length = Math.hypot(x, y, z) || 1;
    normals[n] = x / length;
    normals[n + 1] = y / length;
    normals[n + 2] = z / length;
  }
  return normals;
}

/** 0..1 from `#rrggbb`; grey where it is no such colour. */
export function colorOf(text: string): Vector3 {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  const channel = (n: number) => (found ? Number.parseInt(found[n] as string, 16) / 255 : 0.6);
  return [channel(1), channel(2), channel(3)];
}

function repeated(color: Vector3, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    out[at] = Math.round(255 * (color[at % 3] as number));
  }
  return out;
}

function attribute(
  gl: WebGL2RenderingContext,
  location: number,
  values: Float32Array | Uint8Array,
  type: number,
): WebGLBuffer {
  const buffer = gl.createBuffer() as WebGLBuffer;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(location);
  gl.vertexAttribPointer(location, 3, type, type === gl.UNSIGNED_BYTE, 0, 0);
  return buffer;
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram() as WebGLProgram;
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the shaders of surfaces do not fit: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
