/** Clear glass near the subject: a faint tint, and the sky in it at a slant. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { makeSurface } from "./surface";

/** The material of clear panes; draw them after what is behind them. */
export function makeClearGlass(daylight: Daylight, fade: THREE.IUniform<number>): THREE.ShaderMaterial {
  return makeSurface({
    daylight,
    shared: "uniform float fade;",
    paint: `
float slant = pow(1.0 - abs(dot(looking, normal)), 4.0);
vec3 away = reflect(looking, dot(looking, normal) > 0.0 ? -normal : normal);
glow = mix(vec3(0.32, 0.42, 0.40) * 0.5, skyRadiance(vec3(away.x, abs(away.y), away.z)), 0.25 + 0.75 * slant);
albedo = vec3(0.0);
alpha = (0.085 + 0.45 * slant) * fade;
gloss = 0.0;
`,
    uniforms: { fade },
    parameters: { vertexColors: false, transparent: true, depthWrite: false, side: THREE.DoubleSide },
  });
}
