/** Which way the patient lies: letters at the edges of the picture, and a small cube. */
import { dot, type Vector3 } from "../stage/volume/matrices";
import { sideOf } from "./orbit";

const FACES: readonly { letter: string; normal: Vector3; right: Vector3; up: Vector3 }[] = [
  { letter: "L", normal: [1, 0, 0], right: [0, 1, 0], up: [0, 0, 1] },
  { letter: "R", normal: [-1, 0, 0], right: [0, -1, 0], up: [0, 0, 1] },
  { letter: "P", normal: [0, 1, 0], right: [-1, 0, 0], up: [0, 0, 1] },
  { letter: "A", normal: [0, -1, 0], right: [1, 0, 0], up: [0, 0, 1] },
  { letter: "S", normal: [0, 0, 1], right: [1, 0, 0], up: [0, 1, 0] },
  { letter: "I", normal: [0, 0, -1], right: [1, 0, 0], up: [0, -1, 0] },
];
const NAMES: Record<string, string> = {
  L: "left",
  R: "right",
  A: "front",
  P: "back",
  S: "head",
  I: "feet",
};
const SVG = "http://www.w3.org/2000/svg";
const HALF = 17;

const negative = ([x, y, z]: Vector3): Vector3 => [-x, -y, -z];

export class Compass {
  readonly element = document.createElement("div");
  private readonly letters: Record<"top" | "bottom" | "left" | "right", HTMLSpanElement>;
  private readonly cube = document.createElementNS(SVG, "svg");

  constructor() {
    this.element.className = "compass";
    this.element.setAttribute("aria-hidden", "true");
    const letter = (edge: string) => {
      const span = document.createElement("span");
      span.className = `letter ${edge}`;
      this.element.append(span);
      return span;
    };
    this.letters = {
      top: letter("top"),
      bottom: letter("bottom"),
      left: letter("left"),
      right: letter("right"),
    };
    this.cube.setAttribute("viewBox", "-32 -32 64 64");
    this.element.append(this.cube);
  }

  /** Shows the axes of the picture, in LPS. */
  show(right: Vector3, up: Vector3, back: Vector3): void {
    this.letters.right.textContent = sideOf(right);
    this.letters.left.textContent = sideOf(negative(right));
    this.letters.top.textContent = sideOf(up);
    this.letters.bottom.textContent = sideOf(negative(up));
    this.cube.replaceChildren(
      ...FACES.filter(({ normal }) => dot(normal, back) > 0.02).map((face) => faceOf(face, right, up, back)),
    );
  }
}

/** In words, for those who hear the page: `from the front and left`. */
export function directionWords(back: Vector3): string {
  const letters = [...sideOf(back)].map((letter) => NAMES[letter]);
  return letters.length > 0 ? `seen from the ${letters.join(" and ")}` : "";
}

function faceOf(face: (typeof FACES)[number], right: Vector3, up: Vector3, back: Vector3): SVGElement {
  const flat = (v: Vector3): [number, number] => [HALF * dot(v, right), -HALF * dot(v, up)];
  const [middle, across, along] = [flat(face.normal), flat(face.right), flat(face.up)];
  const corner = (x: number, y: number) =>
    `${middle[0] + x * across[0] + y * along[0]},${middle[1] + x * across[1] + y * along[1]}`;
  const group = document.createElementNS(SVG, "g");
  const polygon = document.createElementNS(SVG, "polygon");
  polygon.setAttribute("points", [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)].join(" "));
  polygon.setAttribute("fill-opacity", String(0.25 + 0.6 * dot(face.normal, back)));
  const text = document.createElementNS(SVG, "text");
  text.textContent = face.letter;
  // The letter lies in its face.
  const s = 1 / HALF;
  text.setAttribute(
    "transform",
    `matrix(${across[0] * s} ${across[1] * s} ${-along[0] * s} ${-along[1] * s} ${middle[0]} ${middle[1]})`,
  );
  group.append(polygon, text);
  return group;
}
