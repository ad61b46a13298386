import * as THREE from "three";
import { beforeEach, describe, expect, it } from "vitest";
import { Rig, Vignette, vignetteStrength } from "./comfort.ts";

let rig: Rig;
let head: THREE.Object3D;

beforeEach(() => {
  rig = new Rig();
  head = new THREE.Object3D();
  rig.group.add(head);
});

function standing(x: number, y: number, z: number, yaw: number): void {
  head.position.set(x, y, z);
  head.rotation.set(0, yaw, 0);
}

function seen(): { at: number[]; ahead: number[] } {
  rig.group.updateMatrixWorld(true);
  const ahead = new THREE.Vector3(0, 0, -1).transformDirection(head.matrixWorld);
  const at = new THREE.Vector3().setFromMatrixPosition(head.matrixWorld);
  const round = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;
  return { at: at.toArray().map(round), ahead: ahead.toArray().map(round) };
}

describe("the rig", () => {
  it.each([
    [0, 0, 0],
    [1.2, -0.7, 2.5],
    [-0.4, 3, -1],
  ])("recentres a head at %s, %s turned by %s over the standpoint, looking ahead", (x, z, yaw) => {
    standing(x, 1.7, z, yaw);
    rig.recentre(head);
    expect(seen()).toEqual({ at: [0, 1.7, 0], ahead: [0, 0, -1] });
  });

  it("turns by 45 degrees and leaves the head where it is", () => {
    standing(0.3, 1.6, -0.2, 0);
    const before = seen().at;
    rig.turn(1, head);
    expect(seen().at).toEqual(before);
    expect(seen().ahead[0]).toBeCloseTo(Math.SQRT1_2);
    rig.turn(-1, head);
    expect(seen().ahead).toEqual([0, 0, -1]);
    for (let turn = 0; turn < 8; turn += 1) rig.turn(1, head);
    expect(seen().ahead).toEqual([0, 0, -1]);
    expect(seen().at).toEqual(before);
  });

  it("lifts the eyes of one who sits to those of one who stands", () => {
    standing(0, 1.1, 0, 0);
    rig.sit(true, head);
    expect(seen().at[1]).toBe(1.6);
    rig.sit(false, head);
    expect(seen().at[1]).toBe(1.1);
    standing(0, 1.8, 0, 0);
    rig.sit(true, head);
    expect(seen().at[1]).toBe(1.8);
  });
});

describe("the vignette", () => {
  it("is clear at rest, grows with speed, up or down, and never shuts the view", () => {
    expect(vignetteStrength(0)).toBe(0);
    expect(vignetteStrength(0.04)).toBe(0);
    expect(vignetteStrength(1)).toBeGreaterThan(vignetteStrength(0.5));
    expect(vignetteStrength(-1)).toBe(vignetteStrength(1));
    expect(vignetteStrength(100)).toBeLessThan(1);
  });

  it("costs no draw call at rest, and none when it is not wanted", () => {
    const vignette = new Vignette();
    for (let frame = 0; frame < 60; frame += 1) vignette.update(1.5, 1 / 60);
    expect(vignette.mesh.visible).toBe(true);
    for (let frame = 0; frame < 120; frame += 1) vignette.update(0, 1 / 60);
    expect(vignette.mesh.visible).toBe(false);
    vignette.enabled = false;
    for (let frame = 0; frame < 60; frame += 1) vignette.update(1.5, 1 / 60);
    expect(vignette.mesh.visible).toBe(false);
  });
});
