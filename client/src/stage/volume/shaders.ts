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
  /** Blinn-Phong's power; a whole one is multiplied out, which costs far less than a logarithm. */
  shininess: number;
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

/**
 * Light of a place, Blinn-Phong on both sides: by how much it dims a colour, and the gloss it adds to full opacity.
 * Where the gradient says nothing it is (1, 0): colours stay as they are.
 */
vec2 lightAt(vec3 at, vec3 toEye) {
  vec4 packed = textureLod(gradients, at, 0.0);
  vec3 normal = packed.xyz * (255.0 / 127.5) - (128.0 / 127.5);
  float strength = smoothstep(faintest, clear, packed.w);
  normal *= inversesqrt(max(dot(normal, normal), 1e-8));
#ifdef SIDE_LIGHT
  float facing = abs(dot(normal, light));
  float glance = abs(dot(normal, normalize(light + toEye)));
#else
  float facing = abs(dot(normal, toEye));
  float glance = facing;
#endif
  float gloss = shading.z * glossOf(glance);
  return mix(vec2(1.0, 0.0), vec2(shading.x + shading.y * facing, gloss), strength);
}

/** A colour, multiplied by its opacity, in such a light. */
vec4 lightUp(vec4 color, vec2 light) {
  return vec4(color.rgb * light.x + color.a * light.y, color.a);
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
 * which nothing is seen (y = its distance in bricks).
 */
vec2 ask(vec3 brickBase, vec3 brickStep, vec3 brickInverse, vec3 forward, float k) {
  ivec3 brick = clamp(ivec3(floor(brickBase + brickStep * k)), ivec3(0), lastBrick);
  float reach = float(texelFetch(leaps, brick, 0).r);
  float room = max(reach, 1.0);
  vec3 face = vec3(brick) + mix(vec3(1.0 - room), vec3(room), forward);
  vec3 leave = (face - brickBase) * brickInverse;
  return vec2(min(min(leave.x, leave.y), leave.z), reach);
}

/** The last step from k on before something may be seen. */
float leap(vec3 brickBase, vec3 brickStep, vec3 brickInverse, vec3 forward, float last, float k) {
  while (k <= last) {
    vec2 answer = ask(brickBase, brickStep, brickInverse, forward, k);
    float landing = floor(answer.x);
    if (answer.y <= 0.0 || landing <= k) break;
    k = landing;
  }
  return k;
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
vec4 stepOf(float front, float back) {
  return texelFetch(table, ivec2(vec2(front, back) * 255.0 + 0.5), 0);
}

float valueAt(vec3 at) { return textureLod(volume, at, 0.0).r; }

#ifdef LIT
/** Lights what a step adds: where it counts, at a quarter and at three quarters of its way, else in its middle. */
vec4 shade(vec4 added, vec3 from, vec3 pace, vec3 toEye) {
  if (added.a > 0.05) {
    vec2 near = lightAt(from + 0.25 * pace, toEye);
    return lightUp(added, 0.5 * (near + lightAt(from + 0.75 * pace, toEye)));
  }
  return added.a > 0.002 ? lightUp(added, lightAt(from + 0.5 * pace, toEye)) : added;
}
#endif

/** Share of a step after which depth is written; \`before\` and \`after\` are the opacities at its ends. */
float crossing(float before, float after) {
  float left = 1.0 - before;
  return clamp(log(left / (1.0 - depthOpacity)) / log(left / max(1.0 - after, 1e-7)), 0.0, 1.0);
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
  float k = leap(brickBase, brickStep, brickInverse, forward, last, firstStep);
  float previous = valueAt(base + pace * k);
#ifdef JITTER
  if (k == 0.0) {
    // Something may be seen where the ray begins: the share of a step before the first whole one.
    float share = min(jitter, jitter + last);
    vec3 end = entry + pace * share;
    sum = part(stepOf(valueAt(entry), valueAt(end)), share);
#ifdef LIT
    sum = lightUp(sum, lightAt(mix(entry, end, 0.5), toEye));
#endif
  }
#endif
  // Four steps at a time: one test whether the ray is full, and one look at the map where nothing was seen.
  while (k + 4.0 <= last && sum.a < opaque) {
    vec3 at = base + pace * k;
    float a = valueAt(at + pace);
    float b = valueAt(at + 2.0 * pace);
    float c = valueAt(at + 3.0 * pace);
    float d = valueAt(at + 4.0 * pace);
    vec4 one = (1.0 - sum.a) * stepOf(previous, a);
    vec4 two = one + (1.0 - sum.a - one.a) * stepOf(a, b);
    vec4 three = two + (1.0 - sum.a - two.a) * stepOf(b, c);
    vec4 four = three + (1.0 - sum.a - three.a) * stepOf(c, d);
    previous = d;
    if (four.a > 0.0) {
      vec4 added = four;
#ifdef LIT
      added = shade(one, at, pace, toEye) + shade(two - one, at + pace, pace, toEye)
        + shade(three - two, at + 2.0 * pace, pace, toEye) + shade(four - three, at + 3.0 * pace, pace, toEye);
#endif
      if (hit < 0.0 && sum.a + four.a >= depthOpacity) {
        vec4 after = sum.a + vec4(one.a, two.a, three.a, four.a);
        vec4 below = vec4(lessThan(after, vec4(depthOpacity)));
        vec4 before = vec4(sum.a, after.xyz);
        vec4 crossed = vec4(1.0 - below.x, below.xyz - below.yzw);
        hit = k + dot(below, vec4(1.0)) + crossing(dot(crossed, before), dot(crossed, after));
      }
      sum += added;
      k += 4.0;
    } else {
      k = leap(brickBase, brickStep, brickInverse, forward, last, k + 4.0);
      previous = valueAt(base + pace * k);
    }
  }
  // What is left at the end of the ray: less than four steps, the last one not whole.
  while (k < last && sum.a < opaque) {
    float next = min(k + 1.0, last);
    float value = valueAt(base + pace * next);
    vec4 segment = stepOf(previous, value);
    if (next - k < 1.0) segment = part(segment, next - k);
    vec4 added = (1.0 - sum.a) * segment;
#ifdef LIT
    added = shade(added, base + pace * k, pace * (next - k), toEye);
#endif
    if (hit < 0.0 && sum.a + added.a >= depthOpacity) hit = mix(k, next, crossing(sum.a, sum.a + added.a));
    sum += added;
    previous = value;
    k = next;
  }
  if (sum.a <= 0.0) discard;
  if (hit >= 0.0) gl_FragDepth = min(hitDepth, depthAt(base + pace * hit));
  // What is left behind the last sample of a ray that ended early would be seen as a veil.
  result = sum.a >= opaque ? vec4(sum.rgb / sum.a, 1.0) : sum;
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
  if (!cut) color = lightUp(vec4(color, 1.0), lightAt(at, toEye)).rgb;
#endif
  gl_FragDepth = min(hitDepth, depthAt(at));
  result = vec4(color, 1.0);
}
`;

/** GLSL of x to the power `n`, as few products as squaring allows. */
export function powerOf(n: number): string {
  if (!Number.isInteger(n) || n < 1 || n > 128) return "float glossOf(float x) { return pow(x, shading.w); }";
  const lines = ["float glossOf(float x) {", "  float product = 1.0;"];
  for (let rest = n; rest > 0; rest >>= 1) {
    if (rest & 1) lines.push("  product *= x;");
    if (rest > 1) lines.push("  x *= x;");
  }
  return [...lines, "  return product;", "}"].join("\n");
}

/** The fragment shader for a variant. */
export function fragmentShader({ mode, lit, sideLight, sceneDepth, jitter, shininess }: Variant): string {
  const defines = [
    ["LIT", lit],
    ["SIDE_LIGHT", sideLight],
    ["SCENE_DEPTH", sceneDepth],
    ["JITTER", jitter],
  ].flatMap(([name, on]) => (on ? [`#define ${name}`] : []));
  defines.push(`#define FIRST ${mode === "mip" ? "0.5" : "0.0"}`);
  const body = { composite, mip, iso: isoSurface }[mode];
  return ["#version 300 es", ...defines, head, rays, powerOf(shininess), lighting, skipping, body].join("\n");
}
