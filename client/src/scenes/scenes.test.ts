import * as THREE from "three";
import { describe, expect, it } from "vitest";
import type { Scene, SceneSetting } from "../stage/scene";
import { scenes } from "./index";

const setting: SceneSetting = { renderer: {} as THREE.WebGLRenderer, seed: 7, sound: null };
/** Half of what both eyes may cost together. */
const budgets: Record<string, { drawCalls: number; triangles: number }> = {
  heights: { drawCalls: 60, triangles: 150_000 },
  calm: { drawCalls: 40, triangles: 110_000 },
  lobby: { drawCalls: 30, triangles: 60_000 },
};

/** Draw calls and triangles of everything visible under `root`, for one eye. */
function weigh(root: THREE.Object3D): { drawCalls: number; triangles: number } {
  let drawCalls = 0;
  let triangles = 0;
  root.traverseVisible((node) => {
    if (!(node instanceof THREE.Mesh)) return;
    const corners = node.geometry.getIndex()?.count ?? node.geometry.getAttribute("position").count;
    drawCalls += 1;
    triangles += (corners / 3) * (node instanceof THREE.InstancedMesh ? node.count : 1);
  });
  return { drawCalls, triangles };
}

/** Everything under a scene that holds memory of the graphics card. */
function resources(scene: Scene): Set<THREE.EventDispatcher<{ dispose: object }>> {
  const found = new Set<THREE.EventDispatcher<{ dispose: object }>>();
  scene.root.traverse((node) => {
    if (!(node instanceof THREE.Mesh)) return;
    found.add(node.geometry).add(node.material);
    const uniforms = node.material instanceof THREE.ShaderMaterial ? node.material.uniforms : {};
    for (const { value } of Object.values(uniforms)) if (value instanceof THREE.Texture) found.add(value);
  });
  return found;
}

describe.each(Object.keys(scenes))("scene %s", (name) => {
  const build = async (): Promise<Scene> => {
    const factory = await scenes[name]?.();
    if (!factory) throw new Error(`no scene ${name}`);
    return factory(setting);
  };

  it("stays within its budget of draw calls and triangles for one eye", async () => {
    const cost = weigh((await build()).root);
    const budget = budgets[name];
    expect(cost.drawCalls).toBeLessThanOrEqual(budget?.drawCalls ?? 0);
    expect(cost.triangles).toBeLessThanOrEqual(budget?.triangles ?? 0);
    expect(cost.triangles).toBeGreaterThan(1000);
  });

  it("hangs the panel before the subject, where it can be read", async () => {
    const scene = await build();
    const anchor = scene.panelAnchor;
    expect(anchor.parent).toBe(scene.standpoint);
    expect(anchor.position.z).toBeLessThan(-0.6);
    expect(anchor.position.y).toBeGreaterThan(1);
    expect(anchor.position.length()).toBeLessThan(3);
  });

  it("frees every geometry, material and texture", async () => {
    const scene = await build();
    const held = resources(scene);
    const freed = new Set<unknown>();
    for (const thing of held) thing.addEventListener("dispose", () => freed.add(thing));
    scene.dispose();
    expect(held.size).toBeGreaterThan(5);
    expect(freed.size).toBe(held.size);
    expect(scene.root.children).toEqual([]);
  });
});

describe("every scene", () => {
  it("has numbers only in its geometry", async () => {
    for (const factory of Object.values(scenes)) {
      const scene = (await factory())(setting);
      scene.root.traverse((node: THREE.Object3D) => {
        if (!(node instanceof THREE.Mesh)) return;
        for (const attribute of Object.values(node.geometry.attributes) as THREE.BufferAttribute[]) {
          expect(attribute.array.every(Number.isFinite)).toBe(true);
        }
      });
    }
  });
});
