import * as THREE from "three";
import { beforeAll, describe, expect, it } from "vitest";
import type { Scene } from "../../stage/scene";
import { makeHeights } from "./index";
import { Lift } from "./lift";
import type { HeightsState } from "./state";

const atRest: HeightsState = {
  height_m: 0,
  target_m: 0,
  speed_mps: 0,
  railing: "full",
  floor: "opaque",
  wind: 0.2,
};
const frame = 1 / 72;

describe("the heights scene", () => {
  let scene: Scene<HeightsState>;
  beforeAll(() => {
    scene = makeHeights({ renderer: {} as THREE.WebGLRenderer, seed: 7, sound: null });
  });

  it("stands exactly where the lift is", () => {
    for (const height_m of [0, 0.013, 12, 59.99, 60]) {
      scene.update({ ...atRest, height_m }, frame, 1);
      scene.root.updateMatrixWorld(true);
      expect(scene.standpoint.getWorldPosition(new THREE.Vector3()).toArray()).toEqual([0, height_m, 0]);
    }
  });

  it("makes nothing new while it runs", () => {
    const count = () => {
      let nodes = 0;
      const geometries = new Set<string>();
      scene.root.traverse((node) => {
        nodes += 1;
        if (node instanceof THREE.Mesh) geometries.add(node.geometry.uuid);
      });
      return { nodes, geometries };
    };
    const before = count();
    for (let step = 0; step < 200; step++) {
      const state: HeightsState = {
        ...atRest,
        height_m: step * 0.3,
        railing: step % 50 < 25 ? "none" : "full",
        floor: step % 40 < 20 ? "glass" : "opaque",
      };
      scene.update(state, frame, step * frame);
    }
    expect(count()).toEqual(before);
  });
});

describe("the lift", () => {
  const lift = new Lift({ uniforms: {}, lights: [] }, new THREE.DataTexture());
  const settle = (state: Partial<HeightsState>, seconds: number) => {
    for (let time = 0; time < seconds; time += frame) lift.update({ ...atRest, ...state }, frame);
  };
  /** Height of the handrail's middle over the deck. */
  const railHeight = () => Math.max(...lift.balustrade.children.map((part) => part.position.y));

  it("shows at once what it is first told", () => {
    const fresh = new Lift({ uniforms: {}, lights: [] }, new THREE.DataTexture());
    fresh.update({ ...atRest, railing: "none", floor: "glass" }, frame);
    expect(fresh.balustrade.visible).toBe(false);
    expect(fresh.deck.visible).toBe(false);
    expect(fresh.glassFloor.visible).toBe(true);
  });

  it.each([
    ["full", 1.1, true],
    ["low", 0.5, true],
    ["none", 0.001, false],
  ] as const)("ends with a %s railing at %d m", (railing, height, visible) => {
    settle({ railing }, 1);
    expect(railHeight()).toBeCloseTo(height, 6);
    expect(lift.balustrade.visible).toBe(visible);
  });

  it("slides the railing over about 0.6 s and never jumps", () => {
    settle({ railing: "full" }, 2);
    let last = railHeight();
    let seconds = 0;
    while (railHeight() > 0.5 && seconds < 5) {
      lift.update({ ...atRest, railing: "low" }, frame);
      expect(last - railHeight()).toBeLessThan(0.04);
      last = railHeight();
      seconds += frame;
    }
    expect(seconds).toBeGreaterThan(0.25);
    expect(seconds).toBeLessThan(0.7);
  });

  it("ends with one floor only", () => {
    settle({ floor: "glass" }, 1);
    expect([lift.deck.visible, lift.glassFloor.visible]).toEqual([false, true]);
    settle({ floor: "opaque" }, 0.3);
    expect([lift.deck.visible, lift.glassFloor.visible]).toEqual([true, true]);
    settle({ floor: "opaque" }, 1);
    expect([lift.deck.visible, lift.glassFloor.visible]).toEqual([true, false]);
  });
});
