/** Heights: an open lift on the outside of a tower over a city. */
import * as THREE from "three";
import { makeBirds } from "../../stage/birds";
import { makeLeaves } from "../../stage/breeze";
import { type CityPlan, firstStreet, pitch, planCity } from "../../stage/city_plan";
import { lateMorning, makeDaylight } from "../../stage/daylight";
import { disposeTree } from "../../stage/dispose";
import { makeBuildings, makeFacadeMaterial } from "../../stage/facade";
import { leafTexture, makeLeafMaterial, makeTrees, type TreePlace } from "../../stage/foliage";
import { kerb, makeGround, riverLevel } from "../../stage/ground";
import { makeHills } from "../../stage/hills";
import { noiseTexture } from "../../stage/noise";
import { mulberry32, type Random } from "../../stage/random";
import { makeRiver } from "../../stage/river";
import { makePitchedRoofs, makeRoofKit } from "../../stage/roofs";
import type { Scene, SceneSetting } from "../../stage/scene";
import { bakeShade, type Blocker } from "../../stage/shade";
import { makeSky } from "../../stage/sky";
import { makeTraffic } from "../../stage/traffic";
import { Lift } from "./lift";
import { makePlaza, plazaTrees } from "./plaza";
import type { HeightsState } from "./state";
import { makeTower, towerBlockers } from "./tower";

const cityGround = { x: -384, z: -600, side: 768, cells: 512 } as const;
const greens = ["#6f8f3c", "#7d9a45", "#8b9a4c", "#5d8240", "#96a052"] as const;

function treesOf(plan: CityPlan, random: Random): TreePlace[] {
  return plan.trees.map((plant) => ({ ...plant, y: kerb, colour: greens[Math.floor(random() * greens.length)] ?? greens[0] }));
}

function treeBlockers(trees: readonly TreePlace[]): Blocker[] {
  return trees.map(({ x, z, height }) => ({ x, z, width: height * 0.62, depth: height * 0.62, height: height * 0.8 }));
}

/** Everything that does not depend on the state. */
function buildCity(root: THREE.Group, seed: number, time: THREE.IUniform<number>, wind: THREE.IUniform<number>, standpoint: THREE.Object3D, lift: (light: ReturnType<typeof makeDaylight>) => void): void {
  const random = mulberry32(seed + 5);
  const daylight = makeDaylight(lateMorning);
  const noise = noiseTexture(seed);
  const leaves = leafTexture(seed);
  const plan = planCity(seed);
  const near = plazaTrees(random);
  const far = treesOf(plan, random);
  const blockers: Blocker[] = [...plan.buildings, ...towerBlockers, ...treeBlockers([...near, ...far])];
  const shade = bakeShade(blockers, cityGround, lateMorning.sunDirection);
  const lit = { daylight, shade, noise };
  const detailed = plan.buildings.filter((building) => Math.abs(building.x) < 300 && building.z > -330 && building.z < 130);
  const simple = plan.buildings.filter((building) => !detailed.includes(building));
  const facade = makeFacadeMaterial(lit);
  const foliage = { daylight, shade, leaves, time, wind };
  const leaf = makeLeafMaterial(foliage);
  const river = makeRiver(13 * pitch.x, pitch.z, { daylight, noise, time });
  river.position.set(0, riverLevel, firstStreet - 4.5 * pitch.z);
  root.add(
    makeSky({ daylight, noise, time, clearness: 0.42 }),
    makeGround(plan, lit),
    river,
    makeBuildings(detailed, facade, true),
    makeBuildings([...simple, ...plan.skyline], facade, false),
    makePitchedRoofs(plan.buildings, random, lit),
    makeRoofKit(detailed, random, lit),
    makeHills(seed, daylight),
    makeTower(daylight, shade),
    makePlaza({ daylight, shade, trees: near, time, wind, seed: seed + 9 }),
    makeTraffic({ daylight, shade, time, seed }),
    ...makeTrees(near, foliage, leaf, 150, seed + 2),
    ...makeTrees(far, foliage, leaf, 56, seed + 3),
    makeBirds([
      { x: 14, z: -30, lowest: 20, highest: 27, spread: 20, count: 9 },
      { x: 40, z: -90, lowest: 38, highest: 52, spread: 34, count: 10 },
      { x: -60, z: -120, lowest: 30, highest: 60, spread: 30, count: 7 },
    ], random, daylight, time),
    ...daylight.lights,
  );
  standpoint.add(makeLeaves(random, 70, daylight, time, wind));
  lift(daylight);
}

/** Builds the scene; the standpoint rides the lift. */
export function makeHeights(setting: SceneSetting): Scene<HeightsState> {
  const root = new THREE.Group();
  root.name = "heights";
  const time = { value: 0 };
  const wind = { value: 0.2 };
  const standpoint = new THREE.Object3D();
  const panelAnchor = new THREE.Object3D();
  panelAnchor.position.set(-0.72, 1.32, -0.82);
  panelAnchor.rotation.y = 0.72;
  let built: Lift | undefined;
  buildCity(root, setting.seed, time, wind, standpoint, (daylight) => {
    built = new Lift(daylight);
  });
  const lift = built as unknown as Lift;
  standpoint.add(lift.group, panelAnchor);
  root.add(standpoint);
  return {
    root,
    standpoint,
    background: null,
    fog: null,
    panelAnchor,
    update(state, deltaSeconds, elapsedSeconds) {
      time.value = elapsedSeconds;
      wind.value += (state.wind - wind.value) * Math.min(1, deltaSeconds * 1.5);
      standpoint.position.y = state.height_m;
      lift.update(state, deltaSeconds);
      const high = Math.min(1, state.height_m / 60);
      setting.sound?.mix(0.12 + 0.75 * wind.value + 0.13 * high, 0.5 - 0.3 * high, 0, 0.12 * (1 - high));
    },
    dispose: () => disposeTree(root),
  };
}
