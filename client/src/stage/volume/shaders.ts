/** GLSL of the ray-caster. One fragment shader; what a look does not need is compiled away. */

/** What the fragment shader is compiled for. */
export interface Variant {
  mode: "composite" | "mip" | "iso";
  lit: boolean;
  /** Light from elsewhere than the eye. */
  sideLight: boolean;
  /** Opaque things of the scene end the rays. */
  sceneDepth: boolean;
  jitter: boolean;
}

/** Most clip planes at a time. */
export const MOST_PLANES = 6;

export const vertexShader = /* glsl */ `#version 300 es
uniform vec4 nearBase, nearX, nearY;
uniform vec3 directionBase, directionX, directionY;
out vec4 vNear;
out vec3 vDirection;
void main() {
  // One triangle that covers the screen.
  vec2 at = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  vNear = nearBase + at.x * nearX + at.y * nearY;
  vDirection = directionBase + at.x * directionX + at.y * directionY;
  gl_Position = vec4(at, 0.0, 1.0);
}
`;

const head = /* glsl */ `
precision highp float;
precision highp int;
precision highp sampler3D;
precision highp usampler3D;
precision highp sampler2D;

uniform sampler3D volume;
uniform usampler3D leaps;
uniform sampler2D table;
uniform sampler2D noise;
uniform sampler3D gradients;
uniform sampler2D sceneDepth;
uniform sampler2D hull;
uniform usampler3D brickHigh;
uniform vec4 viewport;
uniform vec4 depthViewport;
uniform mat3 worldFromTexture;
uniform vec4 clipZ, clipW;
uniform vec3 boxLow, boxHigh;
uniform vec4 planes[${MOST_PLANES}];
uniform int planeCount;
uniform vec3 bricksPerTexture, brickOffset;
uniform ivec3 lastBrick;
uniform float stepMm, opaque, depthOpacity, iso;
uniform vec2 window;
uniform vec2 noiseShift;
uniform vec3 surfaceColor, light;
uniform vec4 shading;
in vec4 vNear;
in vec3 vDirection;
out vec4 result;
`;

const lighting = /* glsl */ `
const float faintest = 0.004, clear = 0.03;

/** Colour of a surface or of a step: Blinn-Phong on both sides, faded out where the gradient says nothing. */
vec3 lightUp(vec3 color, float opacity, vec3 at, vec3 toEye) {
  vec4 packed = textureLod(gradients, at, 0.0);
  vec3 normal = packed.xyz * (255.0 / 127.5) - (128.0 / 127.5);
  float size = length(normal);
  float strength = smoothstep(faintest, clear, packed.w);
  normal /= max(size, 1e-4);
#ifdef SIDE_LIGHT
  float facing = abs(dot(normal, light));
  float glance = abs(dot(normal, normalize(light + toEye)));
#else
  float facing = abs(dot(normal, toEye));
  float glance = facing;
#endif
  float gloss = shading.z * pow(glance, shading.w);
  return mix(color, color * (shading.x + shading.y * facing) + gloss * opacity, strength);
}
`;

const rays = /* glsl */ `
const float far = 1e30;

/** Nearest and farthest mm along the ray that may be seen, from the near plane on. */
vec2 spanOf(vec3 origin, vec3 direction) {
  vec3 inverse = 1.0 / direction;
  vec3 a = (boxLow - origin) * inverse;
  vec3 b = (boxHigh - origin) * inverse;
  vec3 first = min(a, b);
  vec3 last = max(a, b);
  vec2 span = vec2(max(max(first.x, first.y), max(first.z, 0.0)), min(min(last.x, last.y), last.z));
  for (int i = 0; i < planeCount; i++) {
    float inside = dot(planes[i].xyz, origin) + planes[i].w;
    float change = dot(planes[i].xyz, direction);
    float crossing = -inside / change;
    if (change > 0.0) span.x = max(span.x, crossing);
    else if (change < 0.0) span.y = min(span.y, crossing);
    else if (inside < 0.0) span.y = -far;
  }
  return span;
}

float depthAt(vec3 at) {
  vec4 point = vec4(at, 1.0);
  return clamp(0.5 * dot(clipZ, point) / dot(clipW, point) + 0.5, 0.0, 1.0);
}

/** Distance in mm along the ray at which the depth buffer holds \`depth\`. */
float distanceOf(float depth, vec3 origin, vec3 direction) {
  float z = 2.0 * depth - 1.0;
  vec4 clip = clipZ - z * clipW;
  return -dot(clip, vec4(origin, 1.0)) / dot(clip.xyz, direction);
}
`;

const skipping = /* glsl */ `
/**
 * Asks the map at step k. Returns the step at which the ray leaves the brick (y = 0), or the cube around it in
 * which nothing is seen (y = its distance). Where something is seen, -y is how many steps may be taken at once.
 */
vec2 ask(vec3 brickBase, vec3 brickStep, vec3 brickInverse, vec3 forward, float k) {
  ivec3 brick = clamp(ivec3(floor(brickBase + brickStep * k)), ivec3(0), lastBrick);
  float reach = float(texelFetch(leaps, brick, 0).r);
  // From 64 on: something is seen, and steps of (reach - 64) voxels are fine enough.
  reach = reach < 64.0 ? reach : 64.0 - reach;
  float room = max(reach, 1.0);
  vec3 face = vec3(brick) + mix(vec3(1.0 - room), vec3(room), forward);
  vec3 leave = (face - brickBase) * brickInverse;
  return vec2(min(min(leave.x, leave.y), leave.z), reach);
}

/** Leaps from step k to the last one before something may be seen; tells when to ask again, and how far to step. */
bool leap(vec3 brickBase, vec3 brickStep, vec3 brickInverse, vec3 forward, float last, inout float k, out float askAt, out float most) {
  float from = k;
  most = 1.0;
  while (k <= last) {
    vec2 answer = ask(brickBase, brickStep, brickInverse, forward, k);
    if (answer.y <= 0.0) {
      askAt = answer.x;
      most = max(1.0, -answer.y);
      // Single steps are right anywhere: asking again in every brick would cost more than a few steps too many.
      if (most == 1.0) askAt = max(askAt, k + 6.0);
      return k > from;
    }
    float landing = floor(answer.x);
    if (landing <= k + 1.0) break;
    k = landing;
  }
  askAt = k + 1.0;
  return k > from;
}
`;

const begin = /* glsl */ `
  vec3 origin = vNear.xyz / vNear.w;
  vec3 direction = vDirection / length(worldFromTexture * vDirection);
  direction += vec3(equal(direction, vec3(0.0))) * 1e-12;
  vec2 span = spanOf(origin, direction);
  float hitDepth = 1.0;
#ifdef SCENE_DEPTH
  vec2 share = (gl_FragCoord.xy - viewport.xy) / viewport.zw;
  hitDepth = texelFetch(sceneDepth, ivec2(depthViewport.xy + share * depthViewport.zw), 0).r;
  if (hitDepth < 1.0) span.y = min(span.y, distanceOf(hitDepth, origin, direction));
#endif
  gl_FragDepth = hitDepth;
  if (span.x >= span.y) discard;
  // Behind the near plane a face of the hull may be missing, so an eye inside the volume's box does without it.
  float outside = 0.0;
  vec3 fromBox = abs(origin - 0.5);
  if (max(fromBox.x, max(fromBox.y, fromBox.z)) > 0.5) {
    float face = texelFetch(hull, ivec2(gl_FragCoord.xy - viewport.xy), 0).r;
    if (face >= 1.0) discard;
    // Two digits of the depth buffer further forward, so that none of what is seen is lost.
    outside = distanceOf(face - 2.4e-7, origin, direction) - span.x;
    if (outside >= span.y - span.x) discard;
  }
  vec3 entry = origin + direction * span.x;
#ifdef JITTER
  float jitter = texelFetch(noise, ivec2(gl_FragCoord.xy + noiseShift) & 63, 0).r;
#else
  // Rays along an axis of the volume find the brightest at voxel centres, half a voxel inside.
  const float jitter = FIRST;
#endif
  vec3 base = entry + direction * (jitter * stepMm);
  vec3 pace = direction * stepMm;
  float last = (span.y - span.x) / stepMm - jitter;
  vec3 brickBase = base * bricksPerTexture + brickOffset;
  vec3 brickStep = pace * bricksPerTexture;
  vec3 brickInverse = 1.0 / brickStep;
  vec3 forward = step(0.0, brickStep);
  vec3 toEye = -normalize(worldFromTexture * direction);
  // The last step before the hull.
  float firstStep = max(0.0, floor(outside / stepMm - jitter) - 1.0);
`;

const composite = /* glsl */ `
vec4 stepOf(float front, float back, float steps) {
  return texelFetch(table, ivec2(vec2(front, back) * 255.0 + vec2(0.5, 256.0 * steps - 255.5)), 0);
}

/** Lights a step that counts at a quarter and at three quarters of its way, a fainter one in its middle. */
vec4 shade(vec4 segment, float left, vec3 from, vec3 to, vec3 toEye) {
#ifdef LIT
  float weight = left * segment.a;
  if (weight > 0.002) {
    bool counts = weight > 0.03;
    vec3 color = lightUp(segment.rgb, segment.a, mix(from, to, counts ? 0.75 : 0.5), toEye);
    if (counts) color = 0.5 * (color + lightUp(segment.rgb, segment.a, mix(from, to, 0.25), toEye));
    segment.rgb = color;
  }
#endif
  return segment;
}

/** Share of a step after which depth is written; \`before\` and \`after\` are what light is left at its ends. */
float crossing(float before, float after) {
  return clamp(log(before / (1.0 - depthOpacity)) / log(before / max(after, 1e-7)), 0.0, 1.0);
}

/** A step of which only a share is inside. */
vec4 part(vec4 segment, float share) {
  float opacity = 1.0 - pow(max(1.0 - segment.a, 1e-7), share);
  return vec4(segment.a > 1e-6 ? segment.rgb * (opacity / segment.a) : vec3(0.0), opacity);
}

void main() {
${begin}
  vec4 sum = vec4(0.0);
  float hit = -1.0;
  float previous = -1.0;
  float k = firstStep;
  float askAt;
  float most;
  if (!leap(brickBase, brickStep, brickInverse, forward, last, k, askAt, most) && firstStep == 0.0) {
    // Something may be seen where the ray begins: the share of a step before the first whole one.
    float share = min(jitter, jitter + last);
    previous = textureLod(volume, entry + pace * share, 0.0).r;
#ifdef JITTER
    sum = shade(part(stepOf(textureLod(volume, entry, 0.0).r, previous, 1.0), share), 1.0, entry, entry + pace * share, toEye);
#endif
  }
  bool done = false;
  for (;;) {
    if (k >= askAt && leap(brickBase, brickStep, brickInverse, forward, last, k, askAt, most)) previous = -1.0;
    // No step leaves the brick that allowed it. After a leap the value at its landing comes first.
    float steps = clamp(floor(askAt - k), 1.0, most);
    float next = previous < 0.0 ? k : k + steps;
    if (next > last) break;
    vec3 at = base + pace * next;
    float value = textureLod(volume, at, 0.0).r;
    previous = previous < 0.0 ? value : previous;
    float left = 1.0 - sum.a;
    vec4 segment = shade(stepOf(previous, value, steps), left, at - steps * pace, at, toEye);
    sum += left * segment;
    if (hit < 0.0 && sum.a >= depthOpacity) hit = next - steps * (1.0 - crossing(left, 1.0 - sum.a));
    previous = value;
    k = next;
    if (sum.a >= opaque) {
      done = true;
      break;
    }
  }
  if (!done && previous >= 0.0 && last > k) {
    // What is left is shorter than the next step.
    vec3 at = base + pace * last;
    vec4 segment = stepOf(previous, textureLod(volume, at, 0.0).r, 1.0);
    sum += (1.0 - sum.a) * shade(part(segment, last - k), 1.0 - sum.a, base + pace * k, at, toEye);
    hit = hit < 0.0 && sum.a >= depthOpacity ? last : hit;
  }
  if (sum.a <= 0.0) discard;
  if (hit >= 0.0) gl_FragDepth = min(hitDepth, depthAt(base + pace * hit));
  // What is left behind the last sample of a ray that ended early would be seen as a veil.
  result = done ? vec4(sum.rgb / sum.a, 1.0) : sum;
}
`;

const mip = /* glsl */ `
void main() {
${begin}
  float most = max(textureLod(volume, entry, 0.0).r, textureLod(volume, base + pace * last, 0.0).r);
  float where = 0.0;
  float k = firstStep;
  while (k <= last && most < opaque) {
    vec2 answer = ask(brickBase, brickStep, brickInverse, forward, k);
    ivec3 brick = clamp(ivec3(floor(brickBase + brickStep * k)), ivec3(0), lastBrick);
    // A brick none of whose values exceeds what was found is left out.
    if (answer.y <= 0.0 && float(texelFetch(brickHigh, brick, 0).r) > most * 255.0) {
      do {
        float value = textureLod(volume, base + pace * k, 0.0).r;
        where = value > most ? k : where;
        most = max(most, value);
        k += 1.0;
      } while (k < answer.x && k <= last);
    } else k = max(k + 1.0, ceil(answer.x));
  }
  float shown = clamp((most - window.x) / (window.y - window.x), 0.0, 1.0);
  if (shown <= 0.0) discard;
  if (shown >= depthOpacity) gl_FragDepth = min(hitDepth, depthAt(base + pace * where));
  result = vec4(surfaceColor * shown, shown);
}
`;

const isoSurface = /* glsl */ `
void main() {
${begin}
  float before = -jitter;
  // Where a plane or the eye cuts into the inside, the cut is shown as a surface without light.
  bool cut = textureLod(volume, entry, 0.0).r >= iso;
  float found = cut ? before : far;
  before = max(before, firstStep);
  float askAt = before;
  while (!cut && before < last) {
    if (before >= askAt) {
      vec2 answer = ask(brickBase, brickStep, brickInverse, forward, before);
      if (answer.y <= 0.0) askAt = answer.x;
      else before = max(before, min(floor(answer.x), last));
    }
    float here = min(floor(before) + 1.0, last);
    if (textureLod(volume, base + pace * here, 0.0).r >= iso) {
      float high = here;
      for (int i = 0; i < 8; i++) {
        float middle = 0.5 * (before + high);
        bool over = textureLod(volume, base + pace * middle, 0.0).r >= iso;
        before = over ? before : middle;
        high = over ? middle : high;
      }
      found = high;
      break;
    }
    before = here;
  }
  if (found == far) discard;
  vec3 at = base + pace * found;
  vec3 color = surfaceColor;
#ifdef LIT
  if (!cut) color = lightUp(color, 1.0, at, toEye);
#endif
  gl_FragDepth = min(hitDepth, depthAt(at));
  result = vec4(color, 1.0);
}
`;

/** The fragment shader for a variant. */
export function fragmentShader({ mode, lit, sideLight, sceneDepth, jitter }: Variant): string {
  const defines = [
    ["LIT", lit],
    ["SIDE_LIGHT", sideLight],
    ["SCENE_DEPTH", sceneDepth],
    ["JITTER", jitter],
  ].flatMap(([name, on]) => (on ? [`#define ${name}`] : []));
  defines.push(`#define FIRST ${mode === "mip" ? "0.5" : "0.0"}`);
  const body = { composite, mip, iso: isoSurface }[mode];
  return ["#version 300 es", ...defines, head, rays, lighting, skipping, body].join("\n");
}
