import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../stage/random";
import { obstacles, planWalks } from "./walks";

describe("planWalks", () => {
  it.each([1, 7, 42])("leads nobody through what stands on the square (seed %d)", (seed) => {
    const walks = planWalks(mulberry32(seed));
    expect(walks.length).toBeGreaterThan(60);
    for (const walk of walks) {
      for (let run = 0; run <= walk.length; run += 0.5) {
        const x = walk.x + Math.cos(walk.heading) * run;
        const z = walk.z + Math.sin(walk.heading) * run;
        for (const obstacle of obstacles) {
          expect(Math.hypot(x - obstacle.x, z - obstacle.z)).toBeGreaterThan(obstacle.radius - 0.01);
        }
      }
    }
  });
});
