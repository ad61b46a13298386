/** The lift's platform: deck or glass, a balustrade that rises and sinks, the carriage on its rails. */
import * as THREE from "three";
import type { Daylight } from "../../stage/daylight";
import { Form } from "../../stage/form";
import { makeClearGlass } from "../../stage/glass";
import { makeSurface } from "../../stage/surface";
import { type HeightsState, railingHeight } from "./state";
import { railAside, railDepth } from "./tower";

/** Half the platform's width and depth, metres. */
export const half = { x: 1.2, z: 1.0 } as const;
const steel = "#b4b7b8";
const dark = "#55524d";
const oak = "#b08a5e";
const brass = "#9c8457";
/** Metres a second at which the balustrade slides: its whole height in 0.6 s. */
const slide = railingHeight.full / 0.6;
const fadePerSecond = 1 / 0.6;

/** Frame, carriage and kerb: always there. */
function frame(): THREE.BufferGeometry {
  const form = new Form();
  const { x, z } = half;
  form.box([0, -0.1, -z + 0.04], [2 * x, 0.18, 0.08], dark, { gloss: 0.35 });
  form.box([0, -0.1, z - 0.04], [2 * x, 0.18, 0.08], dark, { gloss: 0.35 });
  for (const side of [-1, 1])
    form.box([side * (x - 0.04), -0.1, 0], [0.08, 0.18, 2 * z - 0.16], dark, { gloss: 0.35 });
  form.box([0, 0.02, -z + 0.025], [2 * x, 0.045, 0.05], brass, { gloss: 0.4 });
  for (const side of [-1, 1])
    form.box([side * (x - 0.025), 0.02, 0.025], [0.05, 0.045, 2 * z - 0.05], brass, { gloss: 0.4 });
  for (const side of [-1, 1]) {
    const post = side * (x - 0.05);
    form.box([post, 1.1, z - 0.03], [0.09, 2.4, 0.09], dark, { gloss: 0.35 });
    form.box([side * (railAside - 0.02), 0.35, railDepth - 0.14], [0.34, 0.42, 0.22], steel, { gloss: 0.4 });
    form.box([side * (railAside - 0.02), 2.05, railDepth - 0.14], [0.34, 0.42, 0.22], steel, { gloss: 0.4 });
    form.box([side * (x + 0.02), 0.35, z + 0.08], [0.2, 0.16, 0.3], dark, { gloss: 0.3 });
    form.box([side * (x + 0.02), 2.05, z + 0.08], [0.2, 0.16, 0.3], dark, { gloss: 0.3 });
  }
  form.box([0, 2.3, z - 0.03], [2 * x, 0.12, 0.1], dark, { gloss: 0.35 });
  form.bar([-x + 0.09, 1.05, z - 0.05], [x - 0.09, 1.05, z - 0.05], 0.028, oak, { gloss: 0.15 }, 8);
  form.bar([-x + 0.09, 0.55, z - 0.05], [x - 0.09, 0.55, z - 0.05], 0.016, steel, { gloss: 0.5 }, 6);
  form.box([0.86, 0.5, z - 0.16], [0.12, 1.0, 0.1], dark, { gloss: 0.3, foot: 0.8 });
  form.box([0.86, 1.02, z - 0.18], [0.2, 0.05, 0.18], oak, { gloss: 0.2 });
  form.post([0.86, 1.045, z - 0.18], 0.035, 0.025, brass, { gloss: 0.5 }, 0.03, 10);
  return form.geometry();
}

/** Oak boards on joists. */
function deck(): THREE.BufferGeometry {
  const form = new Form();
  const boards = 15;
  const wide = (2 * half.x - 0.16) / boards;
  const tones = ["#8d7458", "#97805f", "#866e53", "#9a8263", "#8b7356"] as const;
  for (let board = 0; board < boards; board++) {
    const x = -half.x + 0.08 + wide * (board + 0.5);
    form.box([x, -0.02, 0], [wide - 0.008, 0.04, 2 * half.z - 0.16], tones[(board * 7) % 5] ?? oak, {
      gloss: 0.06,
    });
  }
  form.box([0, -0.055, 0], [2 * half.x - 0.16, 0.03, 2 * half.z - 0.16], "#5a4a3a");
  for (const z of [-0.5, 0, 0.5]) form.box([0, -0.12, z], [2 * half.x - 0.16, 0.1, 0.08], dark);
  return form.geometry();
}

/** The grain of the boards, and a soft darkening under the rails. */
const deckPaint = `
float fibre = texture2D(noise, vGrain * vec2(0.35, 4.0)).b;
albedo *= 0.78 + 0.44 * fibre;
float rim = min(1.2 - abs(vGrain.y), 1.0 - abs(vGrain.x));
albedo *= 0.72 + 0.28 * smoothstep(0.0, 0.22, rim);
alpha = fade;
`;

/** Thin bars that carry the glass floor. */
function glassFrame(): THREE.BufferGeometry {
  const form = new Form();
  form.box([0, -0.045, 0], [0.05, 0.09, 2 * half.z - 0.16], steel, { gloss: 0.5 });
  form.box([0, -0.045, 0], [2 * half.x - 0.16, 0.09, 0.04], steel, { gloss: 0.5 });
  return form.geometry();
}

/** The three open sides as runs: from, to. */
const runs = [
  [-half.x + 0.045, half.z - 0.1, -half.x + 0.045, -half.z + 0.045],
  [-half.x + 0.045, -half.z + 0.045, half.x - 0.045, -half.z + 0.045],
  [half.x - 0.045, -half.z + 0.045, half.x - 0.045, half.z - 0.1],
] as const;

/** Uprights of height 1, stretched to the balustrade's height. */
function uprights(): THREE.BufferGeometry {
  const form = new Form();
  for (const [x0, z0, x1, z1] of runs) {
    const steps = Math.abs(x1 - x0) > 1 ? 3 : 2;
    for (const share of [0.075, 0.945])
      form.bar([x0, share, z0], [x1, share, z1], 0.009, steel, { gloss: 0.5 }, 4);
    for (let at = 0; at <= steps; at++) {
      const share = at / steps;
      form.post(
        [x0 + (x1 - x0) * share, 0, z0 + (z1 - z0) * share],
        0.014,
        1,
        steel,
        { gloss: 0.5, foot: 0.8 },
        0.014,
        8,
      );
    }
  }
  return form.geometry();
}

/** The handrail at height 0. */
function handrail(): THREE.BufferGeometry {
  const form = new Form();
  for (const [x0, z0, x1, z1] of runs) form.bar([x0, 0, z0], [x1, 0, z1], 0.026, oak, { gloss: 0.2 }, 10);
  for (const [x, , z] of [
    [-half.x + 0.045, 0, -half.z + 0.045],
    [half.x - 0.045, 0, -half.z + 0.045],
  ] as const) {
    form.post([x, -0.024, z], 0.028, 0.05, oak, { gloss: 0.15 }, 0.026, 10);
  }
  return form.geometry();
}

/** Panes of height 1 between the uprights. */
function panes(): THREE.BufferGeometry {
  const form = new Form();
  for (const [x0, z0, x1, z1] of runs)
    form.quad(
      [
        [x0, 0.08, z0],
        [x1, 0.08, z1],
        [x1, 0.94, z1],
        [x0, 0.94, z0],
      ],
      "#ffffff",
    );
  return form.geometry();
}

/** The platform and what moves with it. */
export class Lift {
  readonly group = new THREE.Group();
  readonly balustrade = new THREE.Group();
  readonly deck: THREE.Mesh;
  readonly glassFloor = new THREE.Group();
  private readonly uprights: THREE.Mesh;
  private readonly panes: THREE.Mesh;
  private readonly handrail: THREE.Mesh;
  private readonly deckFade = { value: 1 };
  private readonly glassFade = { value: 0 };
  private railing = railingHeight.full as number;
  private started = false;

  constructor(daylight: Daylight, noise: THREE.Texture) {
    const metal = makeSurface({ daylight });
    this.deck = new THREE.Mesh(
      deck(),
      makeSurface({
        daylight,
        shared: "uniform float fade; uniform sampler2D noise;",
        move: "vGrain = position.zx;",
        attributes: "varying vec2 vGrain;",
        functions: "varying vec2 vGrain;",
        paint: deckPaint,
        uniforms: { fade: this.deckFade, noise: { value: noise } },
        parameters: { transparent: true },
      }),
    );
    this.uprights = new THREE.Mesh(uprights(), metal);
    this.handrail = new THREE.Mesh(handrail(), metal);
    this.panes = new THREE.Mesh(panes(), makeClearGlass(daylight, { value: 1 }));
    const floorPane = new THREE.PlaneGeometry(2 * half.x - 0.16, 2 * half.z - 0.16).rotateX(-Math.PI / 2);
    const floor = new THREE.Mesh(floorPane, makeClearGlass(daylight, this.glassFade));
    this.glassFloor.add(new THREE.Mesh(glassFrame(), metal), floor);
    floor.position.y = -0.004;
    floor.renderOrder = 21;
    this.panes.renderOrder = 22;
    this.deck.renderOrder = 20;
    this.balustrade.add(this.uprights, this.handrail, this.panes);
    this.group.add(new THREE.Mesh(frame(), metal), this.deck, this.glassFloor, this.balustrade);
  }

  /** Moves the balustrade and the floor towards what the state asks for; the first call sets them at once. */
  update(state: HeightsState, deltaSeconds: number): void {
    const wanted = railingHeight[state.railing];
    const opaque = state.floor === "opaque" ? 1 : 0;
    const step = this.started ? deltaSeconds : Number.POSITIVE_INFINITY;
    this.started = true;
    this.railing = approach(this.railing, wanted, slide * step);
    this.deckFade.value = approach(this.deckFade.value, opaque, fadePerSecond * step);
    this.glassFade.value = 1 - this.deckFade.value;
    const raised = Math.max(this.railing, 0.001);
    this.balustrade.visible = this.railing > 0.03;
    this.uprights.scale.y = raised;
    this.panes.scale.y = raised;
    this.handrail.position.y = raised;
    this.deck.visible = this.deckFade.value > 0.001;
    this.glassFloor.visible = this.glassFade.value > 0.001;
  }
}

function approach(value: number, wanted: number, step: number): number {
  return value < wanted ? Math.min(wanted, value + step) : Math.max(wanted, value - step);
}
