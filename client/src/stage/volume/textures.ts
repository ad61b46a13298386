/** Textures of the ray-caster. */

type Gl = WebGL2RenderingContext;
type Size3 = readonly [number, number, number];

function made(gl: Gl, target: number, filter: number, wrap: number): WebGLTexture {
  const texture = gl.createTexture() as WebGLTexture;
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(target, texture);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, filter);
  for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R])
    gl.texParameteri(target, axis, wrap);
  return texture;
}

/** One byte a voxel, interpolated. */
export function bytes3d(gl: Gl, size: Size3, values: Uint8Array): WebGLTexture {
  const texture = made(gl, gl.TEXTURE_3D, gl.LINEAR, gl.CLAMP_TO_EDGE);
  gl.texStorage3D(gl.TEXTURE_3D, 1, gl.R8, ...size);
  gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, 0, ...size, gl.RED, gl.UNSIGNED_BYTE, values);
  return texture;
}

/** One byte a voxel, as a whole number. */
export function integers3d(gl: Gl, size: Size3, values: Uint8Array): WebGLTexture {
  const texture = made(gl, gl.TEXTURE_3D, gl.NEAREST, gl.CLAMP_TO_EDGE);
  gl.texStorage3D(gl.TEXTURE_3D, 1, gl.R8UI, ...size);
  gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, 0, ...size, gl.RED_INTEGER, gl.UNSIGNED_BYTE, values);
  return texture;
}

/** Normal and magnitude a voxel, interpolated. */
export function gradients3d(gl: Gl, size: Size3, values: Uint8Array): WebGLTexture {
  const texture = made(gl, gl.TEXTURE_3D, gl.LINEAR, gl.CLAMP_TO_EDGE);
  gl.texStorage3D(gl.TEXTURE_3D, 1, gl.RGBA8, ...size);
  gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, 0, ...size, gl.RGBA, gl.UNSIGNED_BYTE, values);
  return texture;
}

/** (edge, edge) bytes that repeat. */
export function bytes2d(gl: Gl, edge: number, values: Uint8Array): WebGLTexture {
  const texture = made(gl, gl.TEXTURE_2D, gl.NEAREST, gl.REPEAT);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, edge, edge);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, edge, edge, gl.RED, gl.UNSIGNED_BYTE, values);
  return texture;
}

/** (rows, width, 4) numbers. */
export function floats2d(gl: Gl, width: number, values: Float32Array): WebGLTexture {
  const rows = values.length / width / 4;
  const texture = made(gl, gl.TEXTURE_2D, gl.NEAREST, gl.CLAMP_TO_EDGE);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, width, rows);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, rows, gl.RGBA, gl.FLOAT, values);
  return texture;
}
