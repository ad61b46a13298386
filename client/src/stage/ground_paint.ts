/** How the ground of a city is painted: lane markings, paving, lawns, filtered so that nothing shimmers. */

/** Declarations of both shader stages. */
export const groundShared = /* glsl */ `
varying vec4 vLane;
uniform sampler2D noise;
`;

/** Filtered stripes and dashes. */
export const groundFunctions = /* glsl */ `
float line(float at, float half_, float width) {
  return 1.0 - smoothstep(half_ - width, half_ + width, abs(at));
}
float dashes(float at, float period, float share) {
  float spread = max(fwidth(at), 1e-4) / period;
  float place = at / period;
  float high = floor(place + spread * 0.5) * share + clamp(fract(place + spread * 0.5), 0.0, share);
  float low = floor(place - spread * 0.5) * share + clamp(fract(place - spread * 0.5), 0.0, share);
  return clamp((high - low) / spread, 0.0, 1.0);
}
`;

/** Paints a point by its kind of ground, `vLane.w`. */
export const groundPaint = /* glsl */ `
float kind = vLane.w;
vec2 at = vWorld.xz;
vec4 broad = texture2D(noise, at * 0.011);
vec4 fine = texture2D(noise, at * 0.19);
if (kind < 0.5) {
  albedo = mix(vec3(0.115, 0.115, 0.12), vec3(0.165, 0.16, 0.155), broad.r) * (0.86 + 0.28 * fine.b);
  if (vLane.z > 1.0) {
    float width = max(fwidth(vLane.x), 0.001);
    float end = min(vLane.y, vLane.z - vLane.y);
    float endWidth = max(fwidth(end), 0.001);
    float inLane = smoothstep(6.0 - endWidth, 6.0 + endWidth, end);
    float middle = line(vLane.x, 0.07, width) * dashes(vLane.y, 6.0, 0.5) * inLane * min(1.0, 0.14 / width);
    float edge = line(abs(vLane.x) - 5.05, 0.06, width) * inLane * min(1.0, 0.12 / width);
    float zebra = line(end - 2.9, 1.5, endWidth) * dashes(vLane.x + 0.25, 1.0, 0.5) * step(abs(vLane.x), 4.7);
    float halt = line(end - 5.2, 0.2, endWidth) * min(1.0, 0.4 / endWidth) * step(abs(vLane.x), 4.7);
    float white = max(max(middle, edge * 0.7), max(zebra, halt)) * (0.72 + 0.28 * fine.g);
    albedo = mix(albedo, vec3(0.62, 0.60, 0.56), white);
    float worn = exp(-pow((abs(vLane.x) - 2.4) / 1.3, 2.0));
    albedo *= 1.0 - 0.12 * worn;
  }
} else if (kind < 1.5) {
  float joints = max(dashes(at.x, 1.2, 0.02), dashes(at.y, 1.2, 0.02));
  albedo = mix(vec3(0.40, 0.375, 0.34), vec3(0.47, 0.44, 0.40), broad.g) * (0.88 + 0.2 * fine.b) * (1.0 - 0.35 * joints);
} else if (kind < 2.5) {
  float path = smoothstep(1.9, 1.5, abs(length(at - vec2(46.0, -157.0)) - 17.0));
  path = max(path, smoothstep(1.7, 1.3, abs((at.x - 43.0) - (at.y + 190.0) * 0.55 + 20.0)));
  vec3 lawn = mix(vec3(0.10, 0.17, 0.045), vec3(0.20, 0.27, 0.08), broad.r) * (0.75 + 0.5 * fine.b);
  albedo = mix(lawn, vec3(0.46, 0.39, 0.29), path);
} else if (kind < 3.5) {
  float joints = max(dashes(at.x, 2.0, 0.02), dashes(at.y, 1.0, 0.03));
  float fineJoints = max(dashes(at.x + 1.0, 2.0, 0.012), dashes(at.y, 0.5, 0.03)) * 0.4;
  float band = max(dashes(at.x + 0.5, 10.0, 0.1), dashes(at.y + 0.5, 10.0, 0.1));
  vec2 from = at - vec2(13.0, -18.0);
  float round_ = length(from);
  float rings = dashes(round_, 3.0, 0.12) * step(round_, 15.2);
  band = mix(band, rings, step(round_, 15.2));
  albedo = mix(vec3(0.40, 0.345, 0.275), vec3(0.48, 0.42, 0.345), broad.g) * (0.88 + 0.22 * fine.b);
  albedo = mix(albedo, vec3(0.235, 0.205, 0.18), band * 0.85);
  albedo *= 1.0 - 0.30 * max(joints, fineJoints);
  vec2 bed = abs(at - vec2(45.0, -13.0)) - vec2(11.0, 15.0);
  bed = max(bed, 0.9 - abs(abs(at - vec2(45.0, -13.0)) - vec2(0.0, 0.0)));
  float lawnRight = max(bed.x, bed.y);
  vec2 bed2 = abs(at - vec2(-38.0, -17.0)) - vec2(10.0, 10.0);
  bed2 = max(bed2, 0.9 - abs(at - vec2(-38.0, -17.0)));
  float lawnEdge = min(lawnRight, max(bed2.x, bed2.y));
  float soft = max(fwidth(lawnEdge), 0.01);
  vec3 lawn = mix(vec3(0.10, 0.165, 0.045), vec3(0.19, 0.255, 0.075), fine.b) * (0.8 + 0.4 * broad.r);
  albedo = mix(albedo, vec3(0.38, 0.345, 0.30), 1.0 - smoothstep(0.3 - soft, 0.3 + soft, lawnEdge));
  albedo = mix(albedo, lawn, 1.0 - smoothstep(-soft, soft, lawnEdge));
} else if (kind < 4.5) {
  albedo = mix(vec3(0.12, 0.18, 0.06), vec3(0.36, 0.32, 0.25), smoothstep(0.42, 0.55, broad.r)) * (0.8 + 0.4 * fine.b);
} else if (kind < 5.5) {
  vec4 wide = texture2D(noise, at * 0.0011);
  albedo = mix(vec3(0.19, 0.20, 0.12), vec3(0.33, 0.30, 0.25), wide.b) * (0.7 + 0.5 * broad.g);
} else if (kind < 6.5) {
  float lawn = line(abs(at.x) - 7.5, 1.6, 0.05 + fwidth(at.x));
  float joints = max(dashes(at.x, 0.8, 0.03), dashes(at.y, 0.8, 0.03));
  vec3 walk = mix(vec3(0.50, 0.44, 0.35), vec3(0.56, 0.50, 0.42), broad.g) * (0.88 + 0.2 * fine.b) * (1.0 - 0.25 * joints);
  albedo = mix(walk, mix(vec3(0.11, 0.18, 0.05), vec3(0.18, 0.25, 0.08), fine.b), lawn);
} else {
  albedo = vec3(0.42, 0.39, 0.35) * (0.8 + 0.3 * fine.b);
}
albedo *= 0.86 + 0.22 * texture2D(noise, at * 0.0031).r;
`;
