/** Starts the 3-D view of a report: data from `#scan`, drawn into `#view3d`. */
import { make } from "./elements";
import { labelSurface } from "./label_surface";
import { fromBase64, readPayload, type ScanPayload, unpack, ViewError } from "./payload";
import { addStyle } from "./style";
import { colorOf, type Surface } from "./surfaces";
import { Viewer } from "./viewer";

/** How much is seen through a label's surface. */
const LABEL_OPACITY = 0.55;

/** Tells how far the unpacking is, in place of the view. */
class Waiting {
  private readonly words = make("p", {});
  private readonly bar = make("progress", { max: "1", "aria-label": "Unpacking the scan" });
  private readonly message = make("div", { class: "message" }, this.words, this.bar);

  constructor(place: HTMLElement) {
    place.removeAttribute("role");
    place.classList.add("scan");
    place.replaceChildren(make("div", { class: "stage" }, this.message));
  }

  /** Shows it, and lets the page be drawn meanwhile. */
  async at(words: string, share: number): Promise<void> {
    this.words.textContent = words;
    this.bar.value = share;
    await new Promise((resume) => setTimeout(resume));
  }

  fail(words: string): void {
    this.message.setAttribute("role", "alert");
    this.words.textContent = words;
    this.bar.remove();
  }
}

function meshes(payload: ScanPayload): Surface[] {
  return payload.meshes.map((mesh) => ({
    name: mesh.name,
    color: colorOf(mesh.color),
    opacity: mesh.opacity,
    vertices: new Float32Array(fromBase64(mesh.vertices).buffer),
    faces: new Uint32Array(fromBase64(mesh.faces).buffer),
    ...(mesh.colors && { colors: fromBase64(mesh.colors) }),
  }));
}

/** A surface for each named label that no mesh of the same name stands for. */
async function labels(payload: ScanPayload, waiting: Waiting): Promise<Surface[]> {
  const known = new Set(payload.meshes.map(({ name }) => name));
  const wanted = Object.entries(payload.labelNames ?? {}).filter(([, { name }]) => !known.has(name));
  if (!payload.labels || wanted.length === 0) {
    return [];
  }
  const [nx, ny, nz] = payload.size;
  const values = await unpack(payload.labels, nx * ny * nz);
  const made: Surface[] = [];
  for (const [number, { name, color }] of wanted) {
    await waiting.at(`Drawing the border of ${name}.`, made.length / wanted.length);
    const { vertices, faces } = labelSurface(values, payload.size, Number(number));
    toWorld(vertices, payload.indexToWorld);
    if (faces.length > 0) {
      made.push({ name, color: colorOf(color), opacity: LABEL_OPACITY, vertices, faces });
    }
  }
  return made;
}

function toWorld(vertices: Float32Array, m: readonly number[]): void {
  for (let at = 0; at < vertices.length; at += 3) {
    const [x, y, z] = [vertices[at] as number, vertices[at + 1] as number, vertices[at + 2] as number];
    for (let row = 0; row < 3; row++) {
      vertices[at + row] =
        (m[row] as number) * x +
        (m[4 + row] as number) * y +
        (m[8 + row] as number) * z +
        (m[12 + row] as number);
    }
  }
}

async function start(place: HTMLElement, text: string): Promise<void> {
  const label = place.getAttribute("aria-label");
  const waiting = new Waiting(place);
  try {
    await waiting.at("Unpacking the scan.", 0);
    const payload = readPayload(text);
    const [nx, ny, nz] = payload.size;
    const values = await unpack(payload.values, nx * ny * nz, (share) =>
      waiting.at("Unpacking the scan.", share),
    );
    const drawn = [...meshes(payload), ...(await labels(payload, waiting))];
    await waiting.at("Putting the scan onto the graphics card.", 1);
    new Viewer(place, payload, values, drawn);
  } catch (error) {
    if (!(error instanceof ViewError)) {
      // Whoever mends it finds the cause in the browser's console.
      console.error(error);
    }
    const failed = new Waiting(place);
    failed.fail(
      error instanceof ViewError
        ? error.message
        : "The 3-D view could not be drawn on this machine. Try another browser, or one with a graphics card.",
    );
  } finally {
    if (label) {
      place.setAttribute("aria-label", label);
      place.setAttribute("role", "group");
    }
  }
}

const place = document.getElementById("view3d");
const data = document.getElementById("scan");
if (place && data) {
  addStyle();
  void start(place, data.textContent ?? "");
}
