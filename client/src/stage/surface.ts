/** The lit material that nearly everything in a scene is made of. */
import * as THREE from "three";
import { type Daylight, daylightShader } from "./daylight";
import type { BakedShade } from "./shade";
import { shadeShader } from "./shade";

/** How a surface differs from plain vertex colours under the sun. */
export interface SurfaceSetting {
  daylight: Daylight;
  /** Baked sun and sky visibility; without it everything stands in the open. */
  shade?: BakedShade;
  /** Shader declarations for both stages (uniforms, varyings). */
  shared?: string;
  /** Functions for the fragment stage only. */
  functions?: string;
  /** Declarations for the vertex stage only (attributes). */
  attributes?: string;
  /** Moves a vertex: may change `place` (world), `shape` (local), `facing` (local normal), `tint`. */
  move?: string;
  /** Moves a vertex once it is in the world: may change `world`. */
  sway?: string;
  /** Paints a point: may change `albedo`, `gloss`, `normal`, `alpha`, `glow`, `through`. */
  paint?: string;
  uniforms?: Record<string, THREE.IUniform>;
  parameters?: THREE.ShaderMaterialParameters;
}

const vertexShader = (setting: SurfaceSetting): string => /* glsl */ `
attribute float gloss;
varying vec3 vWorld;
varying vec3 vNormal;
varying vec3 vTint;
varying float vGloss;
${setting.shared ?? ""}
${setting.attributes ?? ""}
void main() {
  mat4 place = modelMatrix;
  vec3 tint = vec3(1.0);
  vec3 shape = position;
  vec3 facing = normal;
  #ifdef USE_COLOR
    tint *= color;
  #endif
  #ifdef USE_INSTANCING
    place = modelMatrix * instanceMatrix;
  #endif
  #ifdef USE_INSTANCING_COLOR
    tint *= instanceColor;
  #endif
  ${setting.move ?? ""}
  vec3 world = (place * vec4(shape, 1.0)).xyz;
  ${setting.sway ?? ""}
  vec3 scale2 = vec3(dot(place[0].xyz, place[0].xyz), dot(place[1].xyz, place[1].xyz), dot(place[2].xyz, place[2].xyz));
  vNormal = normalize(mat3(place) * (facing / max(scale2, vec3(1e-6))));
  // A reflection under water keeps the light of what it mirrors.
  if (determinant(mat3(place)) < 0.0) vNormal.y = -vNormal.y;
  vWorld = world;
  vTint = tint;
  vGloss = gloss;
  gl_Position = projectionMatrix * viewMatrix * vec4(world, 1.0);
}
`;

const fragmentShader = (setting: SurfaceSetting): string => /* glsl */ `
varying vec3 vWorld;
varying vec3 vNormal;
varying vec3 vTint;
varying float vGloss;
${daylightShader}
${setting.shade ? shadeShader : ""}
${setting.shared ?? ""}
${setting.functions ?? ""}
void main() {
  vec3 albedo = vTint;
  vec3 glow = vec3(0.0);
  vec3 normal = normalize(vNormal);
  float gloss = vGloss;
  float alpha = 1.0;
  float through = 0.0;
  vec3 fromEye = vWorld - cameraPosition;
  vec3 looking = normalize(fromEye);
  #ifdef DOUBLE_SIDED
    if (!gl_FrontFacing) normal = -normal;
  #endif
  vec2 open = vec2(1.0);
  ${setting.shade ? "open = bakedShade(vWorld, normal);" : ""}
  ${setting.paint ?? ""}
  float toSun = dot(normal, sunDirection);
  float lit = mix(max(toSun, 0.0), 0.25 + 0.45 * abs(toSun), through);
  vec3 seen = albedo * (sunColour * lit * open.x + ambientLight(normal) * open.y) + glow;
  if (gloss > 0.01) {
    vec3 mirrored = reflect(looking, normal);
    float grazing = pow(1.0 - max(dot(-looking, normal), 0.0), 5.0);
    float highlight = pow(max(dot(mirrored, sunDirection), 0.0), 180.0) * open.x;
    vec3 image = mix(bounceColour * 0.7, skyRadiance(mirrored), smoothstep(-0.15, 0.12, mirrored.y)) * open.y;
    seen = mix(seen, image, gloss * (0.12 + 0.88 * grazing)) + sunColour * highlight * gloss * 1.5;
  }
  gl_FragColor = vec4(throughHaze(seen, fromEye), alpha);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}
`;

/** Makes a lit material. Geometries need `position`, `normal`, `color` and may have `gloss`. */
export function makeSurface(setting: SurfaceSetting): THREE.ShaderMaterial {
  return new THREE.ShaderMaterial({
    vertexShader: vertexShader(setting),
    fragmentShader: fragmentShader(setting),
    uniforms: { ...setting.daylight.uniforms, ...setting.shade?.uniforms, ...setting.uniforms },
    vertexColors: true,
    ...setting.parameters,
  });
}
