/** Compiled shaders, one a variant, and their uniforms. */
import { fragmentShader, type Variant, vertexShader } from "./shaders";

type Numbers = readonly number[] | Float32Array | Float64Array;

/** Sets uniforms of the program in use; a name that the variant does without is passed over. */
export class Uniforms {
  readonly program: WebGLProgram;
  private readonly gl: WebGL2RenderingContext;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  constructor(gl: WebGL2RenderingContext, program: WebGLProgram) {
    this.gl = gl;
    this.program = program;
  }

  private place(name: string): WebGLUniformLocation | null {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, place);
    }
    return place;
  }

  number(name: string, value: number): void {
    this.gl.uniform1f(this.place(name), value);
  }

  integer(name: string, value: number): void {
    this.gl.uniform1i(this.place(name), value);
  }

  sampler(name: string, unit: number): void {
    this.gl.uniform1i(this.place(name), unit);
  }

  vector(name: string, values: Numbers): void {
    const place = this.place(name);
    if (values.length === 2) this.gl.uniform2fv(place, values);
    else if (values.length === 3) this.gl.uniform3fv(place, values);
    else this.gl.uniform4fv(place, values);
  }

  vectors4(name: string, values: Numbers): void {
    this.gl.uniform4fv(this.place(name), values);
  }

  integers(name: string, values: readonly number[]): void {
    this.gl.uniform3iv(this.place(name), values);
  }

  /** The upper left 3 x 3 of a 4 x 4 matrix. */
  matrix3(name: string, m: Numbers): void {
    const cells = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => m[i] ?? 0);
    this.gl.uniformMatrix3fv(this.place(name), false, cells);
  }
}

export class Programs {
  private readonly gl: WebGL2RenderingContext;
  private readonly made = new Map<string, Uniforms>();

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
  }

  /** Makes the program of a variant current, compiled at first use. */
  use(variant: Variant): Uniforms {
    const key = JSON.stringify(variant);
    let uniforms = this.made.get(key);
    if (!uniforms) {
      uniforms = new Uniforms(this.gl, link(this.gl, vertexShader, fragmentShader(variant)));
      this.made.set(key, uniforms);
    }
    this.gl.useProgram(uniforms.program);
    return uniforms;
  }

  dispose(): void {
    for (const { program } of this.made.values()) this.gl.deleteProgram(program);
    this.made.clear();
  }
}

/** Compiles and links; an Error names what the driver says. */
export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram() as WebGLProgram;
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost())
      throw new Error(`the ray-caster's shader does not compile here: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`the ray-caster's program does not link here: ${gl.getProgramInfoLog(program)}`);
  return program;
}
