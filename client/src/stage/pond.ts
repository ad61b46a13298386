/** Still water over a mirrored world: what stands around it is drawn upside down beneath it. */
import * as THREE from "three";
import { type Daylight, daylightShader } from "./daylight";

const vertexShader = /* glsl */ `
varying vec3 vWorld;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  vWorld = world.xyz;
  gl_Position = projectionMatrix * viewMatrix * world;
}
`;

const fragmentShader = /* glsl */ `
varying vec3 vWorld;
uniform sampler2D noise;
uniform float time;
${daylightShader}
void main() {
  vec3 fromEye = vWorld - cameraPosition;
  vec3 looking = normalize(fromEye);
  float away = length(fromEye);
  vec2 drift = vec2(time * 0.006, time * 0.0035);
  vec3 broad = texture2D(noise, vWorld.xz * 0.034 + drift).rgb;
  vec3 fine = texture2D(noise, vWorld.zx * 0.19 - drift * 3.0).gbr;
  float breeze = smoothstep(0.50, 0.78, texture2D(noise, vWorld.xz * vec2(0.010, 0.022) + drift * 0.5).g);
  float strength = 0.018 + 0.075 * breeze;
  vec3 normal = normalize(vec3((broad.x + fine.x - 1.0) * strength, 1.0, (broad.y + fine.y - 1.0) * strength));
  float facing = max(dot(-looking, normal), 0.0);
  float mirror = 0.10 + 0.90 * pow(1.0 - facing, 3.0);
  vec3 reflected = reflect(looking, normal);
  vec3 sky = skyRadiance(vec3(reflected.x, max(reflected.y, 0.02), reflected.z));
  vec3 deep = vec3(0.030, 0.052, 0.042) * (sunColour * 0.4 + ambientColour * 0.6);
  float ruffled = breeze * 0.38 * smoothstep(0.0, 0.25, mirror);
  vec3 shown = mix(deep, sky * 0.86, ruffled * mirror / max(1.0 - mirror + ruffled * mirror, 0.001));
  float alpha = clamp(1.0 - mirror + ruffled * mirror, 0.0, 1.0);
  float spark = pow(max(dot(normalize(vec3(reflected.x, abs(reflected.y), reflected.z)), sunDirection), 0.0), 420.0);
  shown += sunColour * spark * 1.6 / max(alpha, 0.25);
  shown = throughHaze(shown, fromEye);
  gl_FragColor = vec4(shown, alpha);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}
`;

export interface PondSetting {
  daylight: Daylight;
  noise: THREE.Texture;
  time: THREE.IUniform<number>;
}

/** The surface, `width` x `depth` metres about the origin; draw it over the mirrored world. */
export function makePond(width: number, depth: number, setting: PondSetting): THREE.Mesh {
  const material = new THREE.ShaderMaterial({
    vertexShader,
    fragmentShader,
    transparent: true,
    depthWrite: false,
    uniforms: { ...setting.daylight.uniforms, noise: { value: setting.noise }, time: setting.time },
  });
  const pond = new THREE.Mesh(new THREE.PlaneGeometry(width, depth).rotateX(-Math.PI / 2), material);
  pond.renderOrder = 5;
  return pond;
}

/** A copy of `meshes` upside down about the height `level`, sharing geometry and material. */
export function mirrored(meshes: readonly THREE.Mesh[], level: number): THREE.Group {
  const group = new THREE.Group();
  group.name = "reflection";
  group.scale.y = -1;
  group.position.y = 2 * level;
  for (const mesh of meshes) {
    const copy = mesh.clone();
    copy.frustumCulled = false;
    group.add(copy);
  }
  return group;
}
