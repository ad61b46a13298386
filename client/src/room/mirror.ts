/** The panel's page as elements of the screen: for keyboard, mouse, touch and screen reader. */
import type { How } from "../xr/input.ts";
import type { Page, Widget } from "./page.ts";

export class Mirror {
  readonly element: HTMLElement;
  private key = "";
  private shape = "";
  private readonly press: (widget: string, how: How) => void;
  /** What was used last: a click by Enter is told from one by hand. */
  private last: How = "pointer";

  constructor(press: (widget: string, how: How) => void) {
    this.press = press;
    this.element = document.createElement("section");
    this.element.className = "card";
    this.element.setAttribute("aria-label", "Panel");
    addEventListener("pointerdown", () => this.used("pointer"), true);
    addEventListener("keydown", () => this.used("keyboard"), true);
  }

  /** Shows a page; elements that stay keep the focus. */
  show(page: Page): void {
    if (page.key === this.key) return;
    this.key = page.key;
    const widgets = page.widgets.filter(({ kind }) => kind !== "stop");
    this.element.hidden = widgets.length === 0 && page.title === "";
    const shape = [page.title, ...page.lines, ...widgets.map(({ id }) => id)].join("|");
    if (shape === this.shape) this.refresh(widgets);
    else this.rebuild(page, widgets);
    this.shape = shape;
  }

  private used(how: How): void {
    this.last = how;
  }

  private rebuild(page: Page, widgets: Widget[]): void {
    const title = element("h1", page.title);
    const lines = page.lines.filter(Boolean);
    const plain = lines.filter((line) => !line.startsWith("•")).map((line) => element("p", line));
    const listed = lines.filter((line) => line.startsWith("•"));
    const list = document.createElement("ul");
    list.append(...listed.map((line) => element("li", line.replace(/^•\s*/, ""))));
    const choices = widgets.filter(({ kind }) => kind === "choice");
    const buttons = widgets.filter(({ kind }) => kind !== "choice").map((widget) => this.button(widget));
    this.element.replaceChildren(title, ...plain, ...(listed.length > 0 ? [list] : []));
    if (choices.length > 0) this.element.append(this.scale(page, choices));
    if (buttons.length > 0) {
      const row = element("div", "");
      row.className = "row";
      row.append(...buttons);
      this.element.append(row);
    }
  }

  private refresh(widgets: Widget[]): void {
    for (const widget of widgets) {
      const found = this.element.querySelector<HTMLInputElement | HTMLButtonElement>(`#widget-${widget.id}`);
      if (found instanceof HTMLInputElement) found.checked = widget.chosen;
      else if (found) {
        found.textContent = widget.label;
        found.disabled = widget.disabled;
      }
    }
  }

  private button(widget: Widget): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.id = `widget-${widget.id}`;
    button.className = widget.kind;
    button.textContent = widget.label;
    button.disabled = widget.disabled;
    button.addEventListener("click", () => this.press(widget.id, this.last));
    return button;
  }

  private scale(page: Page, choices: Widget[]): HTMLElement {
    const group = document.createElement("fieldset");
    group.className = "scale";
    const legend = element("legend", page.title);
    legend.className = "hidden";
    const ends = element("p", "");
    ends.className = "ends";
    ends.append(...(page.ends ?? []).map((end) => element("span", end)));
    const row = element("div", "");
    row.className = "choices";
    row.append(...choices.map((widget) => this.choice(widget)));
    group.append(legend, ends, row);
    return group;
  }

  private choice(widget: Widget): HTMLElement {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "radio";
    input.name = "rating";
    input.id = `widget-${widget.id}`;
    input.checked = widget.chosen;
    input.addEventListener("change", () => this.press(widget.id, this.last));
    label.append(input, element("span", widget.label));
    return label;
  }
}

function element(name: string, words: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}
