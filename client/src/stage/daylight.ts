/** One sun, one sky: the light that every surface of a scene shares. */
import * as THREE from "three";

/** The colours and the haze of a day; colours are written in sRGB, strengths multiply them. */
export interface Day {
  /** Points from the ground to the sun; need not be of unit length. */
  sunDirection: THREE.Vector3;
  sunColour: string;
  sunStrength: number;
  zenithColour: string;
  horizonColour: string;
  /** Glow of the haze around the sun. */
  glowColour: string;
  /** Light from the open sky onto a surface that faces up. */
  ambientColour: string;
  ambientStrength: number;
  /** Light that the ground throws back up. */
  bounceColour: string;
  bounceStrength: number;
  /** Optical depth of the haze per metre at the ground. */
  hazePerMetre: number;
  /** Height over which the haze thins to 1/e, metres. */
  hazeHeight: number;
}

/** A clear late morning, warm and a little hazy. */
export const lateMorning: Day = {
  sunDirection: new THREE.Vector3(0.72, 0.56, 0.26),
  sunColour: "#ffdcaa",
  sunStrength: 2.2,
  zenithColour: "#3f7fc4",
  horizonColour: "#cfdde6",
  glowColour: "#ffdca8",
  ambientColour: "#b4cdea",
  ambientStrength: 0.7,
  bounceColour: "#cbb594",
  bounceStrength: 0.42,
  hazePerMetre: 0.0005,
  hazeHeight: 260,
};

/** Uniforms for the shaders and matching lights for three's own materials. */
export interface Daylight {
  uniforms: Record<string, THREE.IUniform>;
  lights: THREE.Light[];
}

function colour(text: string, strength = 1): THREE.Color {
  return new THREE.Color(text).multiplyScalar(strength);
}

/** Makes the light of a day. */
export function makeDaylight(day: Day): Daylight {
  const sunDirection = day.sunDirection.clone().normalize();
  const sun = new THREE.DirectionalLight(day.sunColour, day.sunStrength * 1.4);
  sun.position.copy(sunDirection).multiplyScalar(100);
  const sky = new THREE.HemisphereLight(day.ambientColour, day.bounceColour, day.ambientStrength * 2.6);
  return {
    lights: [sun, sky],
    uniforms: {
      sunDirection: { value: sunDirection },
      sunColour: { value: colour(day.sunColour, day.sunStrength) },
      zenithColour: { value: colour(day.zenithColour) },
      horizonColour: { value: colour(day.horizonColour) },
      glowColour: { value: colour(day.glowColour) },
      ambientColour: { value: colour(day.ambientColour, day.ambientStrength) },
      bounceColour: { value: colour(day.bounceColour, day.bounceStrength) },
      haze: { value: new THREE.Vector2(day.hazePerMetre, day.hazeHeight) },
    },
  };
}

/** Shader functions: `skyRadiance(direction)`, `ambientLight(normal)`, `throughHaze(colour, fromEye)`. */
export const daylightShader = /* glsl */ `
uniform vec3 sunDirection, sunColour, zenithColour, horizonColour, glowColour, ambientColour, bounceColour;
uniform vec2 haze;

vec3 skyRadiance(vec3 direction) {
  float up = max(direction.y, 0.0);
  vec3 sky = mix(zenithColour, horizonColour, exp(-up * 4.2));
  float toSun = max(dot(direction, sunDirection), 0.0);
  float glow = 0.30 * pow(toSun, 5.0) + 0.35 * pow(toSun, 48.0);
  return sky + glowColour * glow * (0.35 + 0.65 * exp(-up * 2.0));
}

vec3 ambientLight(vec3 normal) {
  return mix(bounceColour, ambientColour, 0.5 + 0.5 * normal.y);
}

vec3 throughHaze(vec3 seen, vec3 fromEye) {
  float span = length(fromEye);
  vec3 direction = fromEye / max(span, 0.001);
  float rise = fromEye.y / haze.y;
  float thinning = abs(rise) > 0.001 ? (1.0 - exp(-rise)) / rise : 1.0;
  float depth = haze.x * span * thinning * exp(-max(cameraPosition.y, 0.0) / haze.y);
  vec3 air = skyRadiance(normalize(vec3(direction.x, max(direction.y, 0.0) + 0.015, direction.z)));
  return mix(seen, air, 1.0 - exp(-depth));
}
`;
