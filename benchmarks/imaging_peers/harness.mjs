/*
 * What the renderers of the benchmark share: the same kind of WebGL context, the same frames, the same count.
 *
 * A renderer is `async (canvas, volume, look) => { gl, draw(view) }`, where
 * - volume: { size: [x, y, z], spacing_mm: [x, y, z], values: Uint8Array }, centred on the world's origin,
 *   x towards the right, y towards the front, z towards the head;
 * - look: { transfer: [{ at, color, opacity }], lit, half_height_mm, step_mm, light };
 * - view: { azimuth, elevation, right, up, back }, degrees and unit vectors.
 */

const COUNTED = `
int taps3d = 0;
int taps2d = 0;
vec4 tapped(highp sampler3D s, highp vec3 p) { taps3d++; return texture(s, p); }
vec4 tapped(highp sampler3D s, highp vec3 p, highp float b) { taps3d++; return texture(s, p, b); }
uvec4 tapped(highp usampler3D s, highp vec3 p) { taps3d++; return texture(s, p); }
vec4 tapped(highp sampler2D s, highp vec2 p) { taps2d++; return texture(s, p); }
uvec4 tapped(highp usampler2D s, highp vec2 p) { taps2d++; return texture(s, p); }
vec4 tappedLod(highp sampler3D s, highp vec3 p, highp float l) { taps3d++; return textureLod(s, p, l); }
uvec4 tappedLod(highp usampler3D s, highp vec3 p, highp float l) { taps3d++; return textureLod(s, p, l); }
vec4 tappedLod(highp sampler2D s, highp vec2 p, highp float l) { taps2d++; return textureLod(s, p, l); }
vec4 tappedTexel(highp sampler3D s, highp ivec3 p, int l) { taps3d++; return texelFetch(s, p, l); }
uvec4 tappedTexel(highp usampler3D s, highp ivec3 p, int l) { taps3d++; return texelFetch(s, p, l); }
vec4 tappedTexel(highp sampler2D s, highp ivec2 p, int l) { taps2d++; return texelFetch(s, p, l); }
uvec4 tappedTexel(highp usampler2D s, highp ivec2 p, int l) { taps2d++; return texelFetch(s, p, l); }
// A ray that gives up has looked, too.
#define discard return
#define texture tapped
#define textureLod tappedLod
#define texelFetch tappedTexel
`;

/** The fragment shader with its look-ups counted: red + 256 green in 3-D textures, blue + 256 alpha in flat ones. */
function counted(source) {
  const output = /^[ \t]*(?:layout\s*\([^)]*\)\s*)?out\s+(?:(?:highp|mediump|lowp)\s+)?vec4\s+(\w+)\s*;/m.exec(source);
  const body = source.search(/^\s*(uniform|in|out|layout|struct|const|flat|vec[234]|float|int|bool)\b/m);
  if (!output || body < 0 || !/void\s+main\s*\(/.test(source)) {
    throw new Error("this fragment shader cannot be counted");
  }
  const renamed = source.slice(body).replace(/void\s+main\s*\(\s*(void)?\s*\)/, "void drawnMain()");
  const end = `
void main() {
  drawnMain();
  ${output[1]} = vec4(taps3d & 255, taps3d >> 8, taps2d & 255, taps2d >> 8) / 255.0;
}
`;
  return source.slice(0, body) + COUNTED + renamed + end;
}

/**
 * Gives every canvas a context without smoothing of edges and, where asked for, ray shaders that count.
 *
 * `isRays` tells the source of a fragment shader that casts rays from those that prepare textures.
 */
function prepare(count, isRays) {
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    const context = getContext.call(this, kind, { ...options, antialias: false });
    if (count && kind === "webgl2" && !context.counting) {
      context.counting = true;
      makeCount(context, isRays);
    }
    return context;
  };
}

function makeCount(gl, isRays) {
  const shaders = new WeakSet();
  const programs = new WeakSet();
  let rays = false;
  const around = (name, before) => {
    const original = gl[name];
    gl[name] = (...values) => original.apply(gl, before(...values) ?? values);
  };
  around("shaderSource", (shader, source) => {
    if (gl.getShaderParameter(shader, gl.SHADER_TYPE) !== gl.FRAGMENT_SHADER || !isRays(source)) {
      return undefined;
    }
    shaders.add(shader);
    return [shader, counted(source)];
  });
  around("attachShader", (program, shader) => void (shaders.has(shader) && programs.add(program)));
  around("useProgram", (program) => {
    rays = programs.has(program);
  });
  for (const name of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"]) {
    // Counts replace what was there; they are no colours to be mixed.
    around(name, () => void (rays && gl.disable(gl.BLEND)));
  }
}

export async function serve(make, isRays) {
  const asked = new URLSearchParams(location.search);
  prepare(asked.has("count"), isRays);
  const scene = await (await fetch("scene.json")).json();
  const volume = scene.volumes[asked.get("volume")];
  volume.values = new Uint8Array(await (await fetch(volume.file)).arrayBuffer());
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = scene.viewport_px;
  const holder = document.body.appendChild(document.createElement("div"));
  canvas.style.cssText = holder.style.cssText = `width:${scene.viewport_px}px;height:${scene.viewport_px}px`;
  holder.append(canvas);
  const look = { ...scene.look, ...volume.look, lit: asked.has("lit"), counting: asked.has("count") };
  const began = performance.now();
  const renderer = await make(canvas, volume, look);
  const { gl } = renderer;
  const pixels = new Uint8Array(scene.viewport_px * scene.viewport_px * 4);
  const read = () => {
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(0, 0, scene.viewport_px, scene.viewport_px, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  };
  const base64 = () => {
    let text = "";
    for (let at = 0; at < pixels.length; at += 0x8000) {
      text += String.fromCharCode(...pixels.subarray(at, at + 0x8000));
    }
    return btoa(text);
  };
  renderer.draw(scene.views[0]);
  read();
  const naming = gl.getExtension("WEBGL_debug_renderer_info");
  window.bench = {
    info: {
      drawn_with: gl.getParameter(naming ? naming.UNMASKED_RENDERER_WEBGL : gl.RENDERER),
      samples: gl.getParameter(gl.SAMPLES),
      buffer: [gl.drawingBufferWidth, gl.drawingBufferHeight],
      first_frame_ms: performance.now() - began,
    },
    /** Draws every view once and waits for each picture: milliseconds of each. */
    orbit() {
      return scene.views.map((view) => {
        const start = performance.now();
        renderer.draw(view);
        read();
        return performance.now() - start;
      });
    },
    /** One view: RGBA of the picture, lowest row first, in base64. */
    picture(number) {
      renderer.draw(scene.views[number]);
      read();
      return base64();
    },
  };
}
