/** The panel in the scene: a page drawn on a canvas, one draw call, pressed by rays and by the gaze. */
import * as THREE from "three";
import { STANDING_EYES_M } from "../xr/comfort.ts";
import { PANEL_HEIGHT, PANEL_WIDTH, type Page, type Widget, widgetAt } from "./page.ts";

/** Size of a pixel at a metre from the eyes: the panel is 40 degrees wide wherever it hangs. */
const RADIANS_PER_PIXEL = 0.7 / PANEL_WIDTH;
const FONT = '"Figtree Variable", "Segoe UI", sans-serif';
const COLOR = {
  paper: "#fbf5ea",
  edge: "#e6dac7",
  ink: "#2b3733",
  muted: "#5d6862",
  accent: "#2f7566",
  accentSoft: "#dcebe3",
  quiet: "#efe5d5",
  stop: "#b5372b",
};

const inverse = new THREE.Matrix4();
const from = new THREE.Vector3();
const toward = new THREE.Vector3();

/** Where a ray meets the panel. */
export interface PanelHit {
  widget: Widget | null;
  /** Metres along the ray. */
  distance: number;
}

export class Panel {
  readonly mesh: THREE.Mesh<THREE.PlaneGeometry, THREE.MeshBasicMaterial>;
  private readonly context: CanvasRenderingContext2D;
  private readonly texture: THREE.CanvasTexture;
  private page: Page | null = null;
  private hovered: string | null = null;
  private hungOn: THREE.Object3D | null = null;
  private readonly hit: PanelHit = { widget: null, distance: 0 };

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = PANEL_WIDTH;
    canvas.height = PANEL_HEIGHT;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("got no 2D canvas, expected one; this browser cannot show the panel");
    this.context = context;
    this.texture = new THREE.CanvasTexture(canvas);
    this.texture.colorSpace = THREE.SRGBColorSpace;
    this.texture.anisotropy = 4;
    const material = new THREE.MeshBasicMaterial({
      map: this.texture,
      transparent: true,
      toneMapped: false,
      fog: false,
    });
    this.mesh = new THREE.Mesh(new THREE.PlaneGeometry(1, 1), material);
    this.mesh.name = "panel";
    this.mesh.renderOrder = 10;
  }

  /** Draws a page, if it is another one or `hovered` (the widget pointed at) is. */
  show(page: Page, hovered: string | null, again = false): void {
    const moved = this.mesh.parent !== this.hungOn;
    if (!again && !moved && page.key === this.page?.key && hovered === this.hovered) return;
    this.hungOn = this.mesh.parent;
    this.page = page;
    this.hovered = hovered;
    const { width, height } = page;
    this.fit();
    this.texture.repeat.set(width / PANEL_WIDTH, height / PANEL_HEIGHT);
    this.texture.offset.set(0, 1 - height / PANEL_HEIGHT);
    draw(this.context, page, hovered);
    this.texture.needsUpdate = true;
  }

  /** Where a ray (world, unit direction) meets the panel; null beside it. The answer is reused. */
  meet(origin: THREE.Vector3, direction: THREE.Vector3): PanelHit | null {
    if (!this.page || !this.mesh.visible) return null;
    inverse.copy(this.mesh.matrixWorld).invert();
    from.copy(origin).applyMatrix4(inverse);
    toward.copy(origin).add(direction).applyMatrix4(inverse).sub(from);
    // In its own space the panel is the unit square about the origin, seen from +z.
    if (toward.z >= 0 || from.z <= 0) return null;
    const distance = -from.z / toward.z;
    const u = from.x + distance * toward.x + 0.5;
    const v = from.y + distance * toward.y + 0.5;
    if (u < 0 || u > 1 || v < 0 || v > 1) return null;
    this.hit.widget = widgetAt(this.page, u * this.page.width, (1 - v) * this.page.height);
    this.hit.distance = distance;
    return this.hit;
  }

  /** Sizes the panel for its distance from the eyes of whoever stands at the standpoint. */
  private fit(): void {
    if (!this.page) return;
    const anchor = this.mesh.parent?.position;
    const distance = anchor
      ? Math.max(
          0.4,
          from
            .copy(anchor)
            .setY(anchor.y - STANDING_EYES_M)
            .length(),
        )
      : 1;
    const metresPerPixel = RADIANS_PER_PIXEL * distance;
    this.mesh.scale.set(this.page.width * metresPerPixel, this.page.height * metresPerPixel, 1);
  }
}

function draw(context: CanvasRenderingContext2D, page: Page, hovered: string | null): void {
  const { width, height } = page;
  context.clearRect(0, 0, PANEL_WIDTH, PANEL_HEIGHT);
  rounded(context, 4, 4, width - 8, height - 8, 44, COLOR.paper, COLOR.edge);
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  text(context, page.title, 48, 98, 52, 620, COLOR.ink);
  let y = 164;
  for (const line of page.lines) {
    y = paragraph(context, line, 48, y, width - 96);
  }
  if (page.ends) {
    const top = Math.min(...page.widgets.map((widget) => widget.y)) - 28;
    text(context, page.ends[0], 48, top, 32, 480, COLOR.muted);
    context.textAlign = "right";
    text(context, page.ends[1], width - 48, top, 32, 480, COLOR.muted);
  }
  for (const widget of page.widgets) drawWidget(context, widget, widget.id === hovered);
}

function drawWidget(context: CanvasRenderingContext2D, widget: Widget, hovered: boolean): void {
  const { x, y, width, height, kind, chosen, disabled } = widget;
  let fill = COLOR.quiet;
  let ink = COLOR.ink;
  if (kind === "stop") [fill, ink] = [COLOR.stop, "#fffaf2"];
  else if (kind === "primary" && !disabled) [fill, ink] = [COLOR.accent, "#fffaf2"];
  else if (chosen) [fill, ink] = [COLOR.accent, "#fffaf2"];
  else if (disabled) ink = COLOR.muted;
  else if (hovered) fill = COLOR.accentSoft;
  const radius = Math.min(kind === "choice" ? 26 : 40, height / 2);
  rounded(context, x, y, width, height, radius, fill, hovered ? COLOR.ink : fill, hovered ? 5 : 2);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const size = kind === "quiet" ? 29 : kind === "choice" ? 38 : 42;
  text(context, widget.label, x + width / 2, y + height / 2 + 2, size, 600, ink);
  context.textBaseline = "alphabetic";
}

function text(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  size: number,
  weight: number,
  color: string,
): void {
  context.font = `${weight} ${size}px ${FONT}`;
  context.fillStyle = color;
  context.fillText(words, x, y);
}

/** Draws words in lines that fit; gives back where the next paragraph begins. */
function paragraph(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  width: number,
): number {
  if (words === "") return y + 14;
  context.font = `430 35px ${FONT}`;
  let line = "";
  for (const word of words.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && context.measureText(longer).width > width) {
      text(context, line, x, y, 35, 430, COLOR.ink);
      y += 46;
      line = word;
    } else line = longer;
  }
  text(context, line, x, y, 35, 430, COLOR.ink);
  return y + 54;
}

function rounded(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
  fill: string,
  edge: string,
  line = 3,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = line;
  context.strokeStyle = edge;
  context.stroke();
}
