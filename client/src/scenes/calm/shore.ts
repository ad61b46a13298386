/** What lies at the water: a jetty, a bench, stones and lily pads. */
import * as THREE from "three";
import { Form } from "../../stage/form";
import { between, choose, type Random } from "../../stage/random";
import { groundHeight, outOfLake, waterLevel } from "./terrain";

/** A small jetty, a bench, and stones at the water's edge. */
export function makeTimber(random: Random): THREE.BufferGeometry {
  const form = new Form();
  const grey = ["#a08d74", "#96846c", "#aa967b", "#8f7d66"] as const;
  for (let plank = 0; plank < 30; plank++) {
    form.box([6.5, -0.12, -6.2 - plank * 0.3], [1.7, 0.06, 0.27], choose(random, grey));
  }
  for (let pair = 0; pair < 4; pair++) {
    for (const side of [-0.78, 0.78])
      form.post(
        [6.5 + side, -1.6, -7 - pair * 2.6],
        0.09,
        pair === 3 ? 2.2 : 1.75,
        "#7c6b56",
        { foot: 0.6 },
        0.085,
        8,
      );
  }
  for (const side of [-0.7, 0.7]) form.box([6.5 + side, -0.22, -10.6], [0.1, 0.16, 9], "#7a6a55");
  const bench = { x: -2.9, z: -1.9, y: groundHeight(-2.9, -1.9) };
  const turn = 0.5;
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  for (const off of [-0.18, 0, 0.18])
    form.box(
      [bench.x + off * sin, bench.y + 0.44, bench.z + off * cos],
      [1.7, 0.05, 0.15],
      choose(random, grey),
      { turn },
    );
  for (const along of [-0.65, 0.65])
    form.box([bench.x + along * cos, bench.y + 0.18, bench.z - along * sin], [0.09, 0.5, 0.4], "#7a6a55", {
      turn,
      foot: 0.6,
    });
  const stone = new THREE.IcosahedronGeometry(1, 1);
  for (let at = 0; at < 46; at++) {
    const x = between(random, -16, 22);
    let z = -4;
    while (outOfLake(x, z) > 1.06 && z > -20) z -= 0.15;
    const size = between(random, 0.1, 0.38);
    const matrix = new THREE.Matrix4()
      .makeRotationY(between(random, 0, 6))
      .scale(new THREE.Vector3(size, size * 0.55, size * between(random, 0.7, 1)));
    matrix.setPosition(x, groundHeight(x, z) + size * 0.1, z + between(random, -0.5, 0.4));
    form.add(stone, matrix, choose(random, ["#8d877d", "#a19a8d", "#7c776f"]), { foot: 0.6 });
  }
  stone.dispose();
  return form.geometry();
}

/** Lily pads on the water. */
export function makeLilies(random: Random): THREE.BufferGeometry {
  const form = new Form();
  const pad = new THREE.CircleGeometry(1, 10, 0.3, 5.7).rotateX(-Math.PI / 2);
  const bud = new THREE.ConeGeometry(1, 1, 6, 1, true).rotateX(Math.PI);
  for (let at = 0; at < 44; at++) {
    const left = at % 2 === 0;
    const x = (left ? -7 : 13) + between(random, -4, 4);
    const z = (left ? -17 : -14) + between(random, -3.5, 3.5);
    if (outOfLake(x, z) > 0.94) continue;
    const size = between(random, 0.14, 0.32);
    form.add(
      pad,
      new THREE.Matrix4()
        .makeRotationY(between(random, 0, 6))
        .scale(new THREE.Vector3(size, 1, size))
        .setPosition(x, waterLevel + 0.012, z),
      choose(random, ["#5d7f3a", "#6c8a41", "#4f7437"]),
      { gloss: 0.15 },
    );
    if (at % 5 === 0)
      form.add(
        bud,
        new THREE.Matrix4().makeScale(0.09, 0.1, 0.09).setPosition(x + 0.05, waterLevel + 0.07, z),
        "#f3e3e2",
      );
  }
  pad.dispose();
  bud.dispose();
  return form.geometry();
}
