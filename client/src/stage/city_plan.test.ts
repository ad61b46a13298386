import { describe, expect, it } from "vitest";
import { type Building, firstStreet, pitch, planCity } from "./city_plan";
import { roadHalf } from "./ground";

const plan = planCity(7);

/** Distance of a house's nearest wall to the nearest street's middle, along one axis. */
function clearance(at: number, size: number, first: number, step: number): number {
  const nearest = (value: number) => Math.abs(value - first - Math.round((value - first) / step) * step);
  const low = at - size / 2;
  const high = at + size / 2;
  const crosses = Math.floor((low - first) / step) !== Math.floor((high - first) / step);
  return crosses ? 0 : Math.min(nearest(low), nearest(high));
}

describe("planCity", () => {
  it("gives the same city for a seed and another for another seed", () => {
    expect(planCity(7)).toEqual(plan);
    expect(planCity(8).buildings).not.toEqual(plan.buildings);
  });

  it("keeps every house off the roadway", () => {
    const onRoad = plan.buildings.filter(
      (house: Building) =>
        clearance(house.x, house.width, 0, pitch.x) < roadHalf ||
        clearance(house.z, house.depth, firstStreet, pitch.z) < roadHalf,
    );
    expect(onRoad).toEqual([]);
  });

  it("has hundreds of houses, a far skyline with towers, and leaves the lift's square free", () => {
    expect(plan.buildings.length).toBeGreaterThan(400);
    expect(Math.max(...plan.skyline.map((tower) => tower.height))).toBeGreaterThan(100);
    const inView = plan.buildings.filter((house) => Math.abs(house.x) < 40 && house.z > -37 && house.z < 20);
    expect(inView).toEqual([]);
  });

  it("gives every house room to stand", () => {
    for (const house of [...plan.buildings, ...plan.skyline]) {
      expect(Math.min(house.width, house.depth, house.height)).toBeGreaterThan(4);
    }
  });
});
