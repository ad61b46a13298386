/** Moving water seen from afar: small waves from noise, the sky mirrored in them. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { makeSurface } from "./surface";

export interface RiverSetting {
  daylight: Daylight;
  noise: THREE.Texture;
  time: THREE.IUniform<number>;
}

/** A level strip of water of `width` x `depth` metres about the origin. */
export function makeRiver(width: number, depth: number, setting: RiverSetting): THREE.Mesh {
  const geometry = new THREE.PlaneGeometry(width, depth).rotateX(-Math.PI / 2);
  const material = makeSurface({
    daylight: setting.daylight,
    shared: "uniform sampler2D noise; uniform float time;",
    paint: `
vec2 flow = vec2(time * 0.006, time * 0.002);
vec3 wave = texture2D(noise, vWorld.xz * 0.021 + flow).rgb + texture2D(noise, vWorld.zx * 0.087 - flow * 2.0).gbr - 1.0;
float calm = 1.0 / (1.0 + length(fromEye) * 0.004);
normal = normalize(vec3(wave.x * 0.16 * calm, 1.0, wave.y * 0.16 * calm));
albedo = vec3(0.045, 0.085, 0.085);
gloss = 0.9;
`,
    uniforms: { noise: { value: setting.noise }, time: setting.time },
    parameters: { vertexColors: false },
  });
  return new THREE.Mesh(geometry, material);
}
