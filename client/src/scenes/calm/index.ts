/** Calm: a clearing by still water. It is built when the page opens, so that it can appear at once. */
import * as THREE from "three";
import { makeBirds } from "../../stage/birds";
import { type Day, type Daylight, makeDaylight } from "../../stage/daylight";
import { disposeTree } from "../../stage/dispose";
import { leafTexture, makeLeafMaterial, makeTrees } from "../../stage/foliage";
import { type BladeShape, makeGrass } from "../../stage/grass";
import { makeHills } from "../../stage/hills";
import { noiseTexture } from "../../stage/noise";
import { makePond, mirrored } from "../../stage/pond";
import { mulberry32, type Random } from "../../stage/random";
import type { Scene, SceneSetting } from "../../stage/scene";
import { type BakedShade, bakeShade } from "../../stage/shade";
import { makeSky } from "../../stage/sky";
import { makeSurface } from "../../stage/surface";
import { alongShore, plantTrees, scatterFlowers, shadesOf, sowGrass } from "./planting";
import { makeLilies, makeTimber } from "./shore";
import { groundHeight, makeTerrain, waterLevel } from "./terrain";

/** A warm morning; the sun stands over the far left shore. */
const morning: Day = {
  sunDirection: new THREE.Vector3(-0.78, 0.5, -0.42),
  sunColour: "#ffdcae",
  sunStrength: 2.15,
  zenithColour: "#4583c2",
  horizonColour: "#dfe2dc",
  glowColour: "#ffd9a0",
  ambientColour: "#b9d0e6",
  ambientStrength: 0.85,
  bounceColour: "#a9ad78",
  bounceStrength: 0.5,
  hazePerMetre: 0.0012,
  hazeHeight: 90,
};

interface Mood {
  daylight: Daylight;
  time: THREE.IUniform<number>;
  wind: THREE.IUniform<number>;
}

const reedShape: BladeShape = {
  blades: 14,
  width: 0.018,
  spread: 0.16,
  lean: 0.22,
  head: { colour: "#5b3d27", size: 0.011, length: 0.11 },
};
const grassShape: BladeShape = { blades: 6, width: 0.055, spread: 0.62, lean: 0.42 };
const flowerShape: BladeShape = {
  blades: 3,
  width: 0.02,
  spread: 0.25,
  lean: 0.2,
  head: { colour: "#f2e2b4", size: 0.055, length: 0.06 },
};

/** Lily pads, drawn over the water that they lie on. */
function layLilies(random: Random, daylight: Daylight, shade: BakedShade): THREE.Mesh {
  const parameters = {
    side: THREE.DoubleSide,
    polygonOffset: true,
    polygonOffsetFactor: -1,
    polygonOffsetUnits: -4,
  };
  const lilies = new THREE.Mesh(makeLilies(random), makeSurface({ daylight, shade, parameters }));
  lilies.renderOrder = 6;
  return lilies;
}

/** Puts everything into the clearing, and returns what its first picture may do without. */
function build(root: THREE.Group, seed: number, mood: Mood): THREE.Object3D[] {
  const random = mulberry32(seed + 31);
  const { daylight, time } = mood;
  const noise = noiseTexture(seed, 128);
  const trees = plantTrees(random);
  const shade = bakeShade(shadesOf(trees), { x: -64, z: -90, side: 128, cells: 192 }, morning.sunDirection);
  const lit = { ...mood, shade };
  const foliage = { ...lit, leaves: leafTexture(seed, 96) };
  const leaf = makeLeafMaterial(foliage);
  const wood = trees.slice(7);
  // Only what stands beyond the water is seen in it.
  const across = makeTrees(
    wood.filter((tree) => tree.z < -8),
    foliage,
    leaf,
    44,
    seed + 2,
  );
  const behind = makeTrees(
    wood.filter((tree) => tree.z >= -8),
    foliage,
    leaf,
    44,
    seed + 3,
  );
  const reeds = makeGrass(alongShore(random, 46, 0.97, 1.06, [1.1, 1.9], "#8c9a4c"), reedShape, random, lit);
  const timber = new THREE.Mesh(makeTimber(random), makeSurface({ daylight, shade }));
  const hills = makeHills(seed, daylight, 190, 420, 62);
  const pond = makePond(92, 64, { daylight, noise, time });
  pond.position.set(4, waterLevel, -30);
  const details = [
    ...[reeds, timber, ...across, ...behind],
    ...makeTrees(trees.slice(0, 7), foliage, leaf, 170, seed + 1),
    mirrored([hills, ...across, reeds, timber], waterLevel),
    layLilies(random, daylight, shade),
    makeGrass(sowGrass(random, 2500), grassShape, random, lit),
    makeGrass(scatterFlowers(random, 200), flowerShape, random, lit),
    makeBirds([{ x: 6, z: -45, lowest: 14, highest: 20, spread: 18, count: 5 }], random, daylight, time),
  ];
  root.add(
    makeSky({ daylight, noise, time, clearness: 0.36, mirrored: true }),
    makeTerrain(daylight, shade, noise),
    hills,
    pond,
    ...details,
    ...daylight.lights,
  );
  return details;
}

/** Builds the scene; it has no state. */
export function makeCalm(setting: SceneSetting): Scene<unknown> {
  const root = new THREE.Group();
  root.name = "calm";
  const time = { value: 0 };
  const details = build(root, setting.seed, { daylight: makeDaylight(morning), time, wind: { value: 0.22 } });
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
    details,
    update(_state, _deltaSeconds, elapsedSeconds) {
      time.value = elapsedSeconds;
      setting.sound?.mix(0.1, 0, 0.5, 0.5);
    },
    dispose: () => disposeTree(root),
  };
}
