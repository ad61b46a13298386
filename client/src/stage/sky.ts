/** The dome of the sky: air, sun and slow clouds. It has no distance: every eye sees it at infinity. */
import * as THREE from "three";
import { type Daylight, daylightShader } from "./daylight";

const vertexShader = /* glsl */ `
varying vec3 vDirection;
void main() {
  vDirection = position;
  gl_Position = (projectionMatrix * vec4(mat3(viewMatrix) * position, 1.0)).xyww;
}
`;

const fragmentShader = /* glsl */ `
varying vec3 vDirection;
uniform sampler2D noise;
uniform float time, cover, mirror;
${daylightShader}
void main() {
  vec3 direction = normalize(vDirection);
  direction.y = mix(direction.y, abs(direction.y), mirror);
  vec3 sky = skyRadiance(vec3(direction.x, max(direction.y, 0.0) + 0.01, direction.z));
  float toSun = dot(direction, sunDirection);
  if (direction.y > 0.012) {
    vec2 at = direction.xz / (direction.y + 0.14) * 0.115 + time * vec2(0.00042, 0.00016);
    vec2 towardsSun = sunDirection.xz * 0.014;
    float broad = texture2D(noise, at).r;
    float detail = texture2D(noise, at * 3.1 + 0.37).g;
    float thick = broad * 0.72 + detail * 0.28;
    float sunward = texture2D(noise, at + towardsSun).r * 0.72 + texture2D(noise, (at + towardsSun) * 3.1 + 0.37).g * 0.28;
    float cloud = smoothstep(cover, cover + 0.2, thick) * smoothstep(0.012, 0.12, direction.y);
    float bright = clamp(0.72 + (thick - sunward) * 3.2, 0.45, 1.1);
    vec3 white = sunColour * 0.42 * bright + ambientColour * 0.42;
    white += sunColour * 0.25 * pow(max(toSun, 0.0), 12.0);
    sky = mix(sky, mix(white, sky, exp(-direction.y * 9.0) * 0.75), cloud * 0.86);
  }
  sky += sunColour * (smoothstep(0.9996, 0.99985, toSun) * 6.0 + 0.35 * pow(max(toSun, 0.0), 700.0));
  gl_FragColor = vec4(sky, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}
`;

export interface SkySetting {
  daylight: Daylight;
  noise: THREE.Texture;
  time: THREE.IUniform<number>;
  /** 0 overcast .. 1 clear. */
  clearness: number;
  /** Repeats the sky below the horizon, for a scene with mirroring water. */
  mirrored?: boolean;
}

/** Makes the sky; drawn after everything solid, so that hidden sky costs nothing. */
export function makeSky(setting: SkySetting): THREE.Mesh {
  const material = new THREE.ShaderMaterial({
    vertexShader,
    fragmentShader,
    side: THREE.BackSide,
    depthWrite: false,
    uniforms: {
      ...setting.daylight.uniforms,
      noise: { value: setting.noise },
      time: setting.time,
      cover: { value: 0.34 + 0.5 * setting.clearness },
      mirror: { value: setting.mirrored ? 1 : 0 },
    },
  });
  const sky = new THREE.Mesh(new THREE.IcosahedronGeometry(1, 3), material);
  sky.name = "sky";
  sky.frustumCulled = false;
  sky.renderOrder = 10;
  return sky;
}
