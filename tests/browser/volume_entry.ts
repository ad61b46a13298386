/** What `test_volume.py` calls: draws one made volume and reads colours and depth back. */
import type { PictureError, Quality } from "../../client/src/stage/volume/budget";
import { type Eye, type Look, RayCaster, type TransferPoint } from "../../client/src/stage/volume/ray_caster";
import { ScaledView } from "../../client/src/stage/volume/scaled_view";

interface Request {
  size: [number, number, number];
  /** Base64, x fastest. */
  values: string;
  indexToWorld: number[];
  transfer: TransferPoint[];
  pixels: [number, number];
  eyes: { projection: number[]; view: number[]; viewport: [number, number, number, number] }[];
  look: Look;
  background: [number, number, number, number];
  /** Depth, 0..1, of an opaque wall in the left part of the picture, and that part, 0..1. */
  wall?: { depth: number; share: number };
  quality?: Quality;
}

const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function texture(gl: WebGL2RenderingContext, format: number, [width, height]: [number, number]): WebGLTexture {
  const made = gl.createTexture() as WebGLTexture;
  gl.bindTexture(gl.TEXTURE_2D, made);
  gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  return made;
}

function frameOf(gl: WebGL2RenderingContext, color: WebGLTexture, depth?: WebGLTexture): WebGLFramebuffer {
  const frame = gl.createFramebuffer() as WebGLFramebuffer;
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, color, 0);
  if (depth) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
  return frame;
}

/** A picture whose left part has the depth of a wall, as a depth texture. */
function wallOf(gl: WebGL2RenderingContext, pixels: [number, number], wall: { depth: number; share: number }) {
  const depth = texture(gl, gl.DEPTH_COMPONENT24, pixels);
  frameOf(gl, texture(gl, gl.RGBA8, pixels), depth);
  gl.clearDepth(1);
  gl.clear(gl.DEPTH_BUFFER_BIT);
  gl.enable(gl.SCISSOR_TEST);
  gl.scissor(0, 0, Math.round(pixels[0] * wall.share), pixels[1]);
  gl.clearDepth(wall.depth);
  gl.clear(gl.DEPTH_BUFFER_BIT);
  gl.clearDepth(1);
  gl.disable(gl.SCISSOR_TEST);
  return depth;
}

const SHOW_DEPTH = [
  `#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }`,
  `#version 300 es
precision highp float;
uniform highp sampler2D depth;
out vec4 result;
void main() { result = vec4(texelFetch(depth, ivec2(gl_FragCoord.xy), 0).r); }`,
];

function readDepth(gl: WebGL2RenderingContext, depth: WebGLTexture, pixels: [number, number]): Float32Array {
  gl.getExtension("EXT_color_buffer_float");
  const program = gl.createProgram() as WebGLProgram;
  SHOW_DEPTH.forEach((source, i) => {
    const shader = gl.createShader(i ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  });
  gl.linkProgram(program);
  frameOf(gl, texture(gl, gl.R32F, pixels));
  gl.useProgram(program);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, depth);
  gl.viewport(0, 0, ...pixels);
  gl.disable(gl.BLEND);
  gl.disable(gl.DEPTH_TEST);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const out = new Float32Array(pixels[0] * pixels[1]);
  gl.readPixels(0, 0, ...pixels, gl.RED, gl.FLOAT, out);
  return out;
}

const eyeOf = (eye: Request["eyes"][number]): Eye => ({
  projection: new Float32Array(eye.projection),
  view: new Float32Array(eye.view),
  viewport: eye.viewport,
});

function prepared(request: Request) {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2") as WebGL2RenderingContext;
  const caster = new RayCaster(gl, {
    size: request.size,
    values: bytesOf(request.values),
    indexToWorld: new Float32Array(request.indexToWorld),
  });
  if (request.transfer.length) caster.setTransfer(request.transfer);
  return { gl, caster, scaled: new ScaledView(gl) };
}

/** Colours (RGBA8) and depths (float32), lowest row first, in base64. */
export function draw(request: Request): { color: string; depth: string; error: number } {
  const { gl, caster, scaled } = prepared(request);
  const look: Look = request.wall
    ? { ...request.look, sceneDepth: { texture: wallOf(gl, request.pixels, request.wall) } }
    : request.look;
  const depth = texture(gl, gl.DEPTH_COMPONENT24, request.pixels);
  const frame = frameOf(gl, texture(gl, gl.RGBA8, request.pixels), depth);
  gl.clearColor(...request.background);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  for (const eye of request.eyes)
    if (request.quality) scaled.draw(caster, eyeOf(eye), look, request.quality);
    else caster.draw(eyeOf(eye), look);
  gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
  const color = new Uint8Array(request.pixels[0] * request.pixels[1] * 4);
  gl.readPixels(0, 0, ...request.pixels, gl.RGBA, gl.UNSIGNED_BYTE, color);
  const depths = readDepth(gl, depth, request.pixels);
  const error = gl.getError();
  caster.dispose();
  scaled.dispose();
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return { color: textOf(color), depth: textOf(new Uint8Array(depths.buffer)), error };
}

/** What each rung of the ladder costs, as published. */
export function measure(request: Request): PictureError[] {
  const { gl, caster, scaled } = prepared(request);
  const errors = scaled.measure(caster, eyeOf(request.eyes[0] as Request["eyes"][number]), request.look);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return errors;
}
