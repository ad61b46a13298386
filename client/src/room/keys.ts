/** The keyboard: Escape stops, arrows choose or look around, Enter confirms. In VR as on a screen. */
import type { FlatLook } from "./look.ts";
import type { Page } from "./page.ts";

export interface KeyActions {
  page(): Page;
  stop(inputMs: number): void;
  press(widget: string): void;
  /** An arrow key while a rating is asked for. */
  step(key: string): void;
  /** Any gesture lets sound begin. */
  wake(): void;
}

export class Keys {
  private readonly look: FlatLook;
  private readonly actions: KeyActions;

  constructor(look: FlatLook, actions: KeyActions) {
    this.look = look;
    this.actions = actions;
    addEventListener("keydown", (event) => this.down(event), true);
    addEventListener("keyup", ({ key }) => look.key(key, false));
    addEventListener("blur", () => look.release());
    addEventListener("pointerdown", () => actions.wake());
  }

  private down(event: KeyboardEvent): void {
    const { actions, look } = this;
    const { key, target } = event;
    actions.wake();
    if (key === "Escape") {
      actions.stop(event.timeStamp);
      return;
    }
    // Radio buttons and buttons know their own keys; only Enter on a radio button is ours.
    const widget = target instanceof HTMLElement && target.matches("input, button, summary");
    if (widget && !(key === "Enter" && target instanceof HTMLInputElement)) return;
    const { widgets } = actions.page();
    const primary = widgets.find(({ kind }) => kind === "primary");
    if (key === "Enter" && primary) actions.press(primary.id);
    else if (key.startsWith("Arrow") && widgets.some(({ kind }) => kind === "choice")) actions.step(key);
    else if (!look.key(key, true)) return;
    event.preventDefault();
  }
}
