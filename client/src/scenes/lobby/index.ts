/** Lobby: the daylit room where one waits and is shown how to stop. */
import * as THREE from "three";
import { type Day, makeDaylight } from "../../stage/daylight";
import { makeRoomSurface, type RoomShape } from "../../stage/daylit_room";
import { disposeTree } from "../../stage/dispose";
import { leafTexture, makeLeafMaterial, makeTrees, type TreePlace } from "../../stage/foliage";
import { makeHills } from "../../stage/hills";
import { noiseTexture } from "../../stage/noise";
import { between, choose, mulberry32 } from "../../stage/random";
import type { Scene, SceneSetting } from "../../stage/scene";
import { makeSky } from "../../stage/sky";
import { makeSurface } from "../../stage/surface";
import { makeFurniture } from "./furniture";
import { makeShell } from "./shell";

const morning: Day = {
  sunDirection: new THREE.Vector3(-0.8, 0.62, -0.28),
  sunColour: "#ffdfb4",
  sunStrength: 1.7,
  zenithColour: "#4e8bc6",
  horizonColour: "#dce4e4",
  glowColour: "#ffdca8",
  ambientColour: "#bcd2e8",
  ambientStrength: 0.9,
  bounceColour: "#b9b286",
  bounceStrength: 0.5,
  hazePerMetre: 0.0022,
  hazeHeight: 90,
};

const room: RoomShape = {
  left: -3.4,
  right: 3.4,
  front: -3.1,
  back: 3.1,
  height: 2.9,
  window: { near: 1.9, far: -2.1, low: 0.62, high: 2.5 },
  uprights: 4,
  standing: [
    { x: 0, z: -2.82, width: 2.6, depth: 0.42 },
    { x: -3.02, z: -0.1, width: 0.5, depth: 3.7 },
    { x: 3.1, z: 1.6, width: 0.5, depth: 2.2 },
    { x: 2.85, z: -2.5, width: 0.3, depth: 0.3 },
    { x: -2.85, z: -2.6, width: 0.3, depth: 0.3 },
    { x: 1.75, z: 1.6, width: 0.5, depth: 0.5 },
  ],
};

const grain = `
vec3 across = abs(normal);
vec2 at = across.y > 0.5 ? vWorld.zx : (across.x > 0.5 ? vWorld.zy : vWorld.xy);
float fibre = texture2D(noise, at * vec2(0.22, 3.1)).b;
float woody = smoothstep(0.19, 0.3, vTint.r - vTint.b) * step(vTint.g, vTint.r);
albedo *= mix(0.97 + 0.06 * texture2D(noise, at * 0.7).b, 0.80 + 0.38 * fibre, woody);
`;

/** Meadow, trees and hills before the window. */
function makeOutside(
  root: THREE.Group,
  seed: number,
  daylight: ReturnType<typeof makeDaylight>,
  noise: THREE.Texture,
  time: THREE.IUniform<number>,
): void {
  const random = mulberry32(seed + 3);
  const trees: TreePlace[] = Array.from({ length: 26 }, (_, at) => {
    const z = between(random, -46, 40);
    const x = -between(random, 20, 70) - (at < 3 ? 0 : 8);
    return {
      x,
      y: -0.5,
      z,
      height: between(random, 7, 12),
      colour: choose(random, ["#6f9038", "#81993e", "#8f9d45", "#5c8238"]),
    };
  });
  trees.push(
    { x: -9, y: -0.5, z: -6.5, height: 6.5, colour: "#86a044" },
    { x: -12.5, y: -0.5, z: 5, height: 7.5, colour: "#7a963e" },
  );
  const foliage = { daylight, leaves: leafTexture(seed, 96), time, wind: { value: 0.2 } };
  const meadow = new THREE.Mesh(
    new THREE.CircleGeometry(300, 32).rotateX(-Math.PI / 2),
    makeSurface({
      daylight,
      shared: "uniform sampler2D noise;",
      paint:
        "vec4 broad = texture2D(noise, vWorld.xz * 0.03); vec4 fine = texture2D(noise, vWorld.xz * 0.4); albedo = mix(vec3(0.13, 0.20, 0.05), vec3(0.27, 0.30, 0.09), broad.r * 0.6 + fine.b * 0.4);",
      uniforms: { noise: { value: noise } },
      parameters: { vertexColors: false },
    }),
  );
  meadow.position.y = -0.5;
  root.add(
    makeSky({ daylight, noise, time, clearness: 0.3 }),
    meadow,
    makeHills(seed, daylight, 190, 420, 62),
    ...makeTrees(trees, foliage, makeLeafMaterial(foliage), 110, seed + 4),
  );
}

/** Builds the scene; it has no state. */
export function makeLobby(setting: SceneSetting): Scene<unknown> {
  const root = new THREE.Group();
  root.name = "lobby";
  const time = { value: 0 };
  const daylight = makeDaylight(morning);
  const noise = noiseTexture(setting.seed, 128);
  const inside = makeRoomSurface(daylight, room, noise, grain);
  root.add(
    new THREE.Mesh(makeShell(room, setting.seed), inside),
    new THREE.Mesh(makeFurniture(room, setting.seed + 1), inside),
  );
  makeOutside(root, setting.seed, daylight, noise, time);
  root.add(...daylight.lights);
  const standpoint = new THREE.Object3D();
  const panelAnchor = new THREE.Object3D();
  panelAnchor.position.set(0, 1.5, -1.7);
  standpoint.add(panelAnchor);
  root.add(standpoint);
  return {
    root,
    standpoint,
    background: null,
    fog: null,
    panelAnchor,
    update(_state, _deltaSeconds, elapsedSeconds) {
      time.value = elapsedSeconds;
      setting.sound?.mix(0.03, 0, 0, 0.25);
    },
    dispose: () => disposeTree(root),
  };
}
