/** Calm: a clearing by still water. It is built when the page opens, so that it can appear at once. */
import * as THREE from "three";
import { makeBirds } from "../../stage/birds";
import { type Day, type Daylight, makeDaylight } from "../../stage/daylight";
import { disposeTree } from "../../stage/dispose";
import { leafTexture, makeLeafMaterial, makeTrees, type TreePlace } from "../../stage/foliage";
import { Form } from "../../stage/form";
import { makeGrass, type Tuft } from "../../stage/grass";
import { makeHills } from "../../stage/hills";
import { noiseTexture } from "../../stage/noise";
import { makePond, mirrored } from "../../stage/pond";
import { between, choose, mulberry32, type Random } from "../../stage/random";
import type { Scene, SceneSetting } from "../../stage/scene";
import { bakeShade } from "../../stage/shade";
import { makeSky } from "../../stage/sky";
import { makeSurface } from "../../stage/surface";
import { groundHeight, makeTerrain, outOfLake, waterLevel } from "./terrain";

/** A warm morning; the sun stands over the far left shore. */
const morning: Day = {
  sunDirection: new THREE.Vector3(-0.78, 0.5, -0.42),
  sunColour: "#ffdcae",
  sunStrength: 2.0,
  zenithColour: "#4583c2",
  horizonColour: "#dfe2dc",
  glowColour: "#ffd9a0",
  ambientColour: "#b9d0e6",
  ambientStrength: 0.85,
  bounceColour: "#a9ad78",
  bounceStrength: 0.5,
  hazePerMetre: 0.0021,
  hazeHeight: 90,
};

const leafColours = ["#6f9038", "#81993e", "#8f9d45", "#5c8238", "#a0a048"] as const;
const grassColours = ["#7f9a3a", "#8fa544", "#728f36", "#a2a950"] as const;

/** A wood about the clearing, open over the water. */
function plantTrees(random: Random): TreePlace[] {
  const trees: TreePlace[] = [];
  const plant = (x: number, z: number, height: number) =>
    trees.push({ x, y: groundHeight(x, z) - 0.1, z, height, colour: choose(random, leafColours) });
  for (const [x, z, height] of [[-9.5, -3.5, 9.5], [-13, 3, 11], [11, 3.5, 10], [15, -2.5, 8.5], [-5, 12, 10], [6, 13, 11.5], [0.5, 17, 9]] as const) plant(x, z, height);
  while (trees.length < 62) {
    const angle = between(random, 0, Math.PI * 2);
    const away = between(random, 34, 78);
    const x = 4 + Math.cos(angle) * away * 1.1;
    const z = -26 + Math.sin(angle) * away * 0.85;
    if (outOfLake(x, z) < 1.2 || Math.hypot(x, z) < 9) continue;
    plant(x, z, between(random, 8, 14));
  }
  return trees;
}

/** Grass about the feet, thinner with distance; none in the water nor where one stands. */
function sowGrass(random: Random, count: number): Tuft[] {
  const tufts: Tuft[] = [];
  while (tufts.length < count) {
    const angle = between(random, 0, Math.PI * 2);
    const away = 0.9 + 15 * random() ** 1.5;
    const x = Math.cos(angle) * away;
    const z = Math.sin(angle) * away;
    if (outOfLake(x, z) < 1.1) continue;
    tufts.push({ x, y: groundHeight(x, z) - 0.02, z, height: between(random, 0.16, 0.34) * Math.min(1, away / 2.2), colour: choose(random, grassColours) });
  }
  return tufts;
}

/** Places along the shore where reeds or flowers gather. */
function alongShore(random: Random, count: number, low: number, high: number, tall: readonly [number, number], colour: string): Tuft[] {
  const tufts: Tuft[] = [];
  for (let tries = 0; tufts.length < count && tries < count * 400; tries++) {
    const x = between(random, -26, 32);
    const z = between(random, -40, -3);
    const out = outOfLake(x, z);
    const gathered = Math.sin(x * 0.45 + 1) + Math.sin(z * 0.6) > 0.25;
    if (out < low || out > high || !gathered || (Math.abs(x) < 4.5 && z > -12)) continue;
    tufts.push({ x, y: groundHeight(x, z) - 0.03, z, height: between(random, tall[0], tall[1]), colour });
  }
  return tufts;
}

function scatterFlowers(random: Random, count: number): Tuft[] {
  return sowGrass(random, count).map((tuft) => ({ ...tuft, height: between(random, 0.26, 0.44) }));
}

/** A small jetty, a bench, and stones at the water's edge. */
function makeTimber(random: Random): THREE.BufferGeometry {
  const form = new Form();
  const grey = ["#a08d74", "#96846c", "#aa967b", "#8f7d66"] as const;
  for (let plank = 0; plank < 30; plank++) {
    form.box([6.5, -0.12, -6.2 - plank * 0.3], [1.7, 0.06, 0.27], choose(random, grey));
  }
  for (let pair = 0; pair < 4; pair++) {
    for (const side of [-0.78, 0.78]) form.post([6.5 + side, -1.6, -7 - pair * 2.6], 0.09, pair === 3 ? 2.2 : 1.75, "#7c6b56", { foot: 0.6 }, 0.085, 8);
  }
  for (const side of [-0.7, 0.7]) form.box([6.5 + side, -0.22, -10.6], [0.1, 0.16, 9], "#7a6a55");
  const bench = { x: -2.9, z: -1.9, y: groundHeight(-2.9, -1.9) };
  const turn = 0.5;
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  for (const off of [-0.18, 0, 0.18]) form.box([bench.x + off * sin, bench.y + 0.44, bench.z + off * cos], [1.7, 0.05, 0.15], choose(random, grey), { turn });
  for (const along of [-0.65, 0.65]) form.box([bench.x + along * cos, bench.y + 0.18, bench.z - along * sin], [0.09, 0.5, 0.4], "#7a6a55", { turn, foot: 0.6 });
  const stone = new THREE.IcosahedronGeometry(1, 1);
  for (let at = 0; at < 46; at++) {
    const x = between(random, -16, 22);
    let z = -4;
    while (outOfLake(x, z) > 1.06 && z > -20) z -= 0.15;
    const size = between(random, 0.1, 0.38);
    const matrix = new THREE.Matrix4().makeRotationY(between(random, 0, 6)).scale(new THREE.Vector3(size, size * 0.55, size * between(random, 0.7, 1)));
    matrix.setPosition(x, groundHeight(x, z) + size * 0.1, z + between(random, -0.5, 0.4));
    form.add(stone, matrix, choose(random, ["#8d877d", "#a19a8d", "#7c776f"]), { foot: 0.6 });
  }
  stone.dispose();
  return form.geometry();
}

/** Lily pads on the water. */
function makeLilies(random: Random): THREE.BufferGeometry {
  const form = new Form();
  const pad = new THREE.CircleGeometry(1, 10, 0.3, 5.7).rotateX(-Math.PI / 2);
  const bud = new THREE.ConeGeometry(1, 1, 6, 1, true).rotateX(Math.PI);
  for (let at = 0; at < 44; at++) {
    const left = at % 2 === 0;
    const x = (left ? -7 : 13) + between(random, -4, 4);
    const z = (left ? -17 : -14) + between(random, -3.5, 3.5);
    if (outOfLake(x, z) > 0.94) continue;
    const size = between(random, 0.14, 0.32);
    form.add(pad, new THREE.Matrix4().makeRotationY(between(random, 0, 6)).scale(new THREE.Vector3(size, 1, size)).setPosition(x, waterLevel + 0.012, z), choose(random, ["#5d7f3a", "#6c8a41", "#4f7437"]), { gloss: 0.15 });
    if (at % 5 === 0) form.add(bud, new THREE.Matrix4().makeScale(0.09, 0.1, 0.09).setPosition(x + 0.05, waterLevel + 0.07, z), "#f3e3e2");
  }
  pad.dispose();
  bud.dispose();
  return form.geometry();
}

interface Mood {
  daylight: Daylight;
  time: THREE.IUniform<number>;
  wind: THREE.IUniform<number>;
}

/** Everything in the clearing. */
function build(root: THREE.Group, seed: number, mood: Mood): void {
  const random = mulberry32(seed + 31);
  const { daylight, time } = mood;
  const noise = noiseTexture(seed, 128);
  const trees = plantTrees(random);
  const blockers = trees.map(({ x, z, height }) => ({ x, z, width: height * 0.55, depth: height * 0.55, height: height * 0.82 }));
  const shade = bakeShade(blockers, { x: -64, z: -90, side: 128, cells: 192 }, morning.sunDirection);
  const lit = { ...mood, shade };
  const leaves = leafTexture(seed, 96);
  const leaf = makeLeafMaterial({ ...lit, leaves });
  const near = makeTrees(trees.slice(0, 7), { ...lit, leaves }, leaf, 220, seed + 1);
  const far = makeTrees(trees.slice(7), { ...lit, leaves }, leaf, 84, seed + 2);
  const reeds = makeGrass(alongShore(random, 46, 0.97, 1.06, [1.1, 1.9], "#8c9a4c"), { blades: 14, width: 0.018, spread: 0.16, lean: 0.22, head: { colour: "#5b3d27", size: 0.011, length: 0.11 } }, random, lit);
  const timber = new THREE.Mesh(makeTimber(random), makeSurface({ daylight, shade }));
  const hills = makeHills(seed, daylight, 190, 420, 62);
  const pond = makePond(92, 64, { daylight, noise, time });
  pond.position.set(4, waterLevel, -30);
  const lilies = new THREE.Mesh(makeLilies(random), makeSurface({ daylight, shade, parameters: { side: THREE.DoubleSide, polygonOffset: true, polygonOffsetFactor: -1, polygonOffsetUnits: -4 } }));
  lilies.renderOrder = 6;
  root.add(
    makeSky({ daylight, noise, time, clearness: 0.36, mirrored: true }),
    makeTerrain(daylight, shade, noise),
    hills,
    ...near,
    ...far,
    reeds,
    timber,
    mirrored([hills, ...near, ...far, reeds, timber], waterLevel),
    pond,
    lilies,
    makeGrass(sowGrass(random, 2300), { blades: 6, width: 0.055, spread: 0.32, lean: 0.34 }, random, lit),
    makeGrass(scatterFlowers(random, 120), { blades: 3, width: 0.02, spread: 0.25, lean: 0.2, head: { colour: "#f2e2b4", size: 0.055, length: 0.06 } }, random, lit),
    makeBirds([{ x: 6, z: -45, lowest: 14, highest: 20, spread: 18, count: 5 }], random, daylight, time),
    ...daylight.lights,
  );
}

/** Builds the scene; it has no state. */
export function makeCalm(setting: SceneSetting): Scene<unknown> {
  const root = new THREE.Group();
  root.name = "calm";
  const time = { value: 0 };
  build(root, setting.seed, { daylight: makeDaylight(morning), time, wind: { value: 0.22 } });
  const standpoint = new THREE.Object3D();
  const panelAnchor = new THREE.Object3D();
  standpoint.position.y = groundHeight(0, 0);
  panelAnchor.position.set(0, 1.35, -1.5);
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
      setting.sound?.mix(0.1, 0, 0.5, 0.5);
    },
    dispose: () => disposeTree(root),
  };
}
