/** The page about the picture: status, the way into VR, Stop, settings. */
import type { Status } from "../live/socket.ts";
import type { Availability } from "../xr/session.ts";
import type { StrapState } from "./heart.ts";

export interface ScreenActions {
  enterVr(): void;
  stop(inputMs: number): void;
  chooseStrap(): void;
  leave(): void;
}

const STATUS: Record<Status, string> = {
  connecting: "Connecting",
  joined: "Connected",
  lost: "Connection lost, coming back",
  ended: "Not connected",
};

const STRAP: Record<StrapState, string> = {
  absent: "This browser cannot read a heart-rate strap. A phone or computer beside you can.",
  idle: "Your pulse helps your guide to choose the pace. The browser asks which strap to use.",
  connecting: "Looking for the strap.",
  connected: "The strap is connected.",
  lost: "The strap is out of reach. It is tried again by itself.",
  refused: "No strap was chosen. You can try again, or go on without one.",
};

export class Screen {
  /** Where the picture goes. */
  readonly view: HTMLElement;
  private readonly root: HTMLElement;
  private readonly enter: HTMLButtonElement;

  constructor(root: HTMLElement, actions: ScreenActions, parts: HTMLElement[]) {
    this.root = root;
    root.innerHTML = `
      <div class="view"></div>
      <header class="bar">
        <span class="brand">Abaton</span>
        <span class="status" role="status"><i class="light"></i><span></span></span>
        <span class="heart" hidden></span>
        <span class="grow"></span>
        <details class="more">
          <summary>Settings</summary>
          <div class="sheet">
            <h2>Heart-rate strap</h2>
            <p class="strap"></p>
            <button type="button" class="quiet choose-strap">Connect a strap</button>
            <p class="doubt" hidden>This strap works its intervals out from the pulse. They are not used.</p>
            <h2>Looking around</h2>
            <p>Drag the picture, or use the arrow keys.</p>
            <h2>This device</h2>
            <button type="button" class="quiet leave">Leave and use another code</button>
          </div>
        </details>
        <button type="button" class="enter primary" hidden>Enter VR</button>
      </header>
      <p class="advice" hidden></p>
      <div class="dock"></div>
      <button type="button" class="stop" aria-keyshortcuts="Escape">Stop</button>`;
    this.view = this.find(".view");
    this.enter = this.find(".enter");
    this.find(".dock").append(...parts);
    this.enter.addEventListener("click", () => actions.enterVr());
    this.find(".stop").addEventListener("click", (event) => actions.stop(event.timeStamp));
    this.find(".choose-strap").addEventListener("click", () => actions.chooseStrap());
    this.find(".leave").addEventListener("click", () => actions.leave());
  }

  status(status: Status): void {
    const element = this.find(".status");
    element.dataset.status = status;
    this.find(".status > span").textContent = STATUS[status];
  }

  offerVr(availability: Availability): void {
    this.enter.hidden = !availability.able;
    this.advise(availability.able ? null : availability.why);
  }

  /** A line of advice beneath the bar; null takes it away. */
  advise(words: string | null): void {
    const advice = this.find(".advice");
    advice.hidden = words === null;
    advice.textContent = words;
  }

  presenting(presenting: boolean): void {
    this.root.classList.toggle("presenting", presenting);
    this.enter.disabled = presenting;
  }

  strap(state: StrapState): void {
    this.find(".strap").textContent = STRAP[state];
    const button = this.find<HTMLButtonElement>(".choose-strap");
    button.disabled = state === "absent" || state === "connecting" || state === "connected";
  }

  /** The last pulse, in beats a minute. */
  heart(rate_bpm: number): void {
    const heart = this.find(".heart");
    heart.hidden = false;
    heart.textContent = `Pulse ${Math.round(rate_bpm)}`;
  }

  /** While something goes on, advice is out of the way. */
  quiet(quiet: boolean): void {
    this.root.classList.toggle("quiet-page", quiet);
  }

  /** Whether the strap's intervals are made up. */
  doubt(madeUp: boolean): void {
    this.find(".doubt").hidden = !madeUp;
  }

  private find<Found extends HTMLElement = HTMLElement>(selector: string): Found {
    const found = this.root.querySelector<Found>(selector);
    if (!found) throw new Error(`got a page without ${selector}, expected it`);
    return found;
  }
}
