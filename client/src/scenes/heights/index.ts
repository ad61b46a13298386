/** Heights: an open lift on the outside of a tower over a city. */
import * as THREE from "three";
import { type Flock, makeBirds } from "../../stage/birds";
import { makeLeaves } from "../../stage/breeze";
import { type CityPlan, firstStreet, pitch, planCity } from "../../stage/city_plan";
import { type Daylight, lateMorning, makeDaylight } from "../../stage/daylight";
import { disposeTree } from "../../stage/dispose";
import { type FacadeSetting, makeBuildings, makeFacadeMaterial } from "../../stage/facade";
import {
  type FoliageSetting,
  leafTexture,
  makeLeafMaterial,
  makeTrees,
  type TreePlace,
} from "../../stage/foliage";
import { kerb, makeGround, riverLevel } from "../../stage/ground";
import { makeHills } from "../../stage/hills";
import { noiseTexture } from "../../stage/noise";
import { choose, mulberry32, type Random } from "../../stage/random";
import { makeRiver } from "../../stage/river";
import { makePitchedRoofs, makeRoofKit } from "../../stage/roofs";
import type { Scene, SceneSetting } from "../../stage/scene";
import { type Blocker, bakeShade } from "../../stage/shade";
import { makeSky } from "../../stage/sky";
import { makeTraffic } from "../../stage/traffic";
import { Lift } from "./lift";
import { makePlaza, plazaTrees } from "./plaza";
import type { HeightsState } from "./state";
import { makeTower, towerBlockers } from "./tower";

const cityGround = { x: -384, z: -600, side: 768, cells: 512 } as const;
const greens = ["#6f8f3c", "#7d9a45", "#8b9a4c", "#5d8240", "#96a052"] as const;

/** The paving lies so far under the deck of the lift at rest: one step, and room for its frame, metres. */
const step = 0.24;

/** Birds below, beside and above a subject at full height. */
const flocks: readonly Flock[] = [
  { x: 14, z: -30, lowest: 20, highest: 27, spread: 20, count: 9 },
  { x: 40, z: -90, lowest: 38, highest: 52, spread: 34, count: 10 },
  { x: -60, z: -120, lowest: 30, highest: 60, spread: 30, count: 7 },
];

/** What the whole scene shares: its light, its clock, its wind. */
interface Mood {
  seed: number;
  daylight: Daylight;
  noise: THREE.Texture;
  time: THREE.IUniform<number>;
  wind: THREE.IUniform<number>;
}

/** Metres from the lift, over the ground. */
function away(place: { x: number; z: number }): number {
  return Math.hypot(place.x, place.z);
}

function treesOf(plan: CityPlan, random: Random): TreePlace[] {
  return plan.trees.map((plant) => ({ ...plant, y: kerb, colour: choose(random, greens) }));
}

function treeBlockers(trees: readonly TreePlace[]): Blocker[] {
  return trees.map(({ x, z, height }) => ({
    x,
    z,
    width: height * 0.62,
    depth: height * 0.62,
    height: height * 0.8,
  }));
}

/** Houses with what stands on their roofs; those close by have cornices. */
function makeHouses(plan: CityPlan, random: Random, lit: FacadeSetting): THREE.Object3D[] {
  const within = (radius: number) => plan.buildings.filter((building) => away(building) < radius);
  const far = plan.buildings.filter((building) => away(building) >= 210);
  const facade = makeFacadeMaterial(lit);
  return [
    makeBuildings(within(210), facade, true),
    makeBuildings([...far, ...plan.skyline], facade, false),
    makePitchedRoofs(within(560), random, lit),
    makeRoofKit(within(230), random, lit),
  ];
}

/** The trees of the square and of the city, coarser with distance. */
function makeGreen(
  square: readonly TreePlace[],
  trees: readonly TreePlace[],
  foliage: FoliageSetting,
  seed: number,
): THREE.Object3D[] {
  const leaf = makeLeafMaterial(foliage);
  const near = trees.filter((tree) => away(tree) < 170);
  const far = trees.filter((tree) => away(tree) >= 170 && tree.z > -420);
  return [
    ...makeTrees(square, foliage, leaf, 150, seed + 2),
    ...makeTrees(near, foliage, leaf, 48, seed + 3),
    ...makeTrees(far, foliage, leaf, 20, seed + 4),
  ];
}

/** Everything that does not depend on the state. */
function buildCity(city: THREE.Group, mood: Mood): void {
  const { seed, daylight, noise, time, wind } = mood;
  const random = mulberry32(seed + 5);
  const plan = planCity(seed);
  const square = plazaTrees(random);
  const trees = treesOf(plan, random);
  const blockers = [...plan.buildings, ...towerBlockers, ...treeBlockers([...square, ...trees])];
  const shade = bakeShade(blockers, cityGround, lateMorning.sunDirection);
  const lit = { daylight, shade, noise };
  const foliage = { daylight, shade, leaves: leafTexture(seed), time, wind };
  const river = makeRiver(13 * pitch.x, pitch.z, { daylight, noise, time });
  river.position.set(0, riverLevel, firstStreet - 4.5 * pitch.z);
  city.add(
    makeSky({ daylight, noise, time, clearness: 0.36 }),
    makeGround(plan, lit),
    river,
    ...makeHouses(plan, random, lit),
    makeHills(seed, daylight),
    makeTower(daylight, shade),
    makePlaza({ daylight, shade, trees: square, time, wind, seed: seed + 9 }),
    makeTraffic({ daylight, shade, time, seed }),
    ...makeGreen(square, trees, foliage, seed),
    makeBirds(flocks, random, daylight, time),
  );
}

/** Builds the scene; the standpoint rides the lift. */
export function makeHeights(setting: SceneSetting): Scene<HeightsState> {
  const root = new THREE.Group();
  root.name = "heights";
  const daylight = makeDaylight(lateMorning);
  const noise = noiseTexture(setting.seed);
  const mood: Mood = { seed: setting.seed, daylight, noise, time: { value: 0 }, wind: { value: 0.2 } };
  const city = new THREE.Group();
  city.position.y = -step - kerb;
  buildCity(city, mood);
  root.add(city, ...daylight.lights);
  const standpoint = new THREE.Object3D();
  const panelAnchor = new THREE.Object3D();
  panelAnchor.position.set(-0.52, 1.3, -0.98);
  panelAnchor.rotation.y = 0.49;
  const lift = new Lift(daylight, noise);
  const leaves = makeLeaves(mulberry32(setting.seed + 6), 70, daylight, mood.time, mood.wind);
  standpoint.add(lift.group, leaves, panelAnchor);
  root.add(standpoint);
  return {
    root,
    standpoint,
    background: null,
    fog: null,
    panelAnchor,
    update(state, deltaSeconds, elapsedSeconds) {
      const { time, wind } = mood;
      time.value = elapsedSeconds;
      wind.value += (state.wind - wind.value) * Math.min(1, deltaSeconds * 1.5);
      standpoint.position.y = state.height_m;
      lift.update(state, deltaSeconds);
      const high = Math.min(1, state.height_m / 60);
      setting.sound?.mix(
        0.12 + 0.75 * wind.value + 0.13 * high,
        0.5 - 0.3 * high,
        0.15 * (1 - high),
        0.12 * (1 - high),
      );
    },
    dispose: () => disposeTree(root),
  };
}
