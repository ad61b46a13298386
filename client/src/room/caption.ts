/** What is said is also written, and what is written is also said where the device can speak. */
import * as THREE from "three";

const WIDTH = 1024;
const HEIGHT = 160;
const METRES_PER_PIXEL = 0.0009;
const DISTANCE_M = 1.25;
const BELOW_M = 0.62;
const FOLLOW_RADIANS = 0.4;
const ARRIVED_RADIANS = 0.04;
const SECONDS = 7;

const forward = new THREE.Vector3();

/** A caption that follows the view lazily in VR, and stands on the screen otherwise. */
export class Caption {
  readonly mesh: THREE.Mesh<THREE.PlaneGeometry, THREE.MeshBasicMaterial>;
  /** The words on the screen, announced to screen readers. */
  readonly element: HTMLElement;
  private readonly canvas = document.createElement("canvas");
  private readonly texture: THREE.CanvasTexture;
  private leftSeconds = 0;
  private yaw = 0;
  private following = false;

  constructor() {
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
    this.texture = new THREE.CanvasTexture(this.canvas);
    this.texture.colorSpace = THREE.SRGBColorSpace;
    const material = new THREE.MeshBasicMaterial({
      map: this.texture,
      transparent: true,
      depthTest: false,
      toneMapped: false,
      fog: false,
    });
    this.mesh = new THREE.Mesh(
      new THREE.PlaneGeometry(WIDTH * METRES_PER_PIXEL, HEIGHT * METRES_PER_PIXEL),
      material,
    );
    this.mesh.name = "caption";
    this.mesh.renderOrder = 30;
    this.mesh.visible = false;
    this.element = document.createElement("p");
    this.element.className = "caption";
    this.element.setAttribute("role", "status");
  }

  /** Writes and speaks. */
  say(words: string): void {
    this.element.textContent = words;
    this.leftSeconds = SECONDS;
    this.draw(words);
    speak(words);
  }

  /** `head` is the camera inside the rig that this is a child of. */
  update(head: THREE.Object3D, presenting: boolean, deltaSeconds: number): void {
    this.leftSeconds -= deltaSeconds;
    this.element.classList.toggle("shown", this.leftSeconds > 0);
    this.mesh.visible = presenting && this.leftSeconds > 0;
    if (!this.mesh.visible) return;
    forward.set(0, 0, -1).applyQuaternion(head.quaternion);
    const heading = Math.atan2(-forward.x, -forward.z);
    const off = Math.atan2(Math.sin(heading - this.yaw), Math.cos(heading - this.yaw));
    if (Math.abs(off) > FOLLOW_RADIANS) this.following = true;
    if (Math.abs(off) < ARRIVED_RADIANS) this.following = false;
    if (this.following) this.yaw += off * Math.min(1, 4 * deltaSeconds);
    this.mesh.position.set(
      head.position.x - Math.sin(this.yaw) * DISTANCE_M,
      head.position.y - BELOW_M,
      head.position.z - Math.cos(this.yaw) * DISTANCE_M,
    );
    this.mesh.rotation.set(-0.3, this.yaw, 0, "YXZ");
  }

  private draw(words: string): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.font = '500 38px "Figtree Variable", sans-serif';
    const lines = wrap(context, words, WIDTH - 120);
    const height = 40 + lines.length * 48;
    const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 80;
    context.fillStyle = "rgba(38, 48, 44, 0.86)";
    context.beginPath();
    context.roundRect((WIDTH - width) / 2, (HEIGHT - height) / 2, width, height, 30);
    context.fill();
    context.fillStyle = "#fdf7ec";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [index, line] of lines.entries()) {
      context.fillText(line, WIDTH / 2, HEIGHT / 2 + (index - (lines.length - 1) / 2) * 48);
    }
    this.texture.needsUpdate = true;
  }
}

function wrap(context: CanvasRenderingContext2D, words: string, width: number): string[] {
  const lines = [""];
  for (const word of words.split(" ")) {
    const last = lines[lines.length - 1] as string;
    const longer = last ? `${last} ${word}` : word;
    if (last && context.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Speaks with a voice of this device; voices that would send the words elsewhere are not used. */
function speak(words: string): void {
  const speech = globalThis.speechSynthesis;
  const voice = speech
    ?.getVoices()
    .find(({ localService, lang }) => localService && lang.toLowerCase().startsWith("en"));
  if (!speech || !voice) return;
  speech.cancel();
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.voice = voice;
  utterance.rate = 0.92;
  utterance.volume = 0.8;
  speech.speak(utterance);
}
