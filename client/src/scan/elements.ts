/** Makes labelled controls. */

type Child = Node | string;

/** An element with attributes and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export function group(title: string, ...children: Child[]): HTMLFieldSetElement {
  return make("fieldset", {}, make("legend", {}, title), ...children);
}

export function button(text: string, title: string, pressed: () => void): HTMLButtonElement {
  const made = make("button", { type: "button" }, text);
  if (title !== text) {
    made.title = title;
    made.setAttribute("aria-label", title);
  }
  made.addEventListener("click", pressed);
  return made;
}

export function choice(
  title: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  changed: (value: string) => void,
): { element: HTMLLabelElement; select: HTMLSelectElement } {
  const select = make("select", {}, ...options.map(([value, text]) => make("option", { value }, text)));
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return { element: make("label", { class: "tall" }, title, select), select };
}

export function check(
  title: string,
  on: boolean,
  changed: (on: boolean) => void,
  color?: string,
): { element: HTMLLabelElement; input: HTMLInputElement } {
  const input = make("input", { type: "checkbox" });
  input.checked = on;
  input.addEventListener("change", () => changed(input.checked));
  const element = make("label", {}, input);
  if (color) {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.backgroundColor = color;
    element.append(swatch);
  }
  element.append(title);
  return { element, input };
}

export interface Slider {
  element: HTMLLabelElement;
  input: HTMLInputElement;
  /** Moves it without telling. */
  set(value: number): void;
}

/** A slider whose value is told in words beside its title. */
export function slider(
  title: string,
  range: { min: number; max: number; step: number; value: number },
  words: (value: number) => string,
  moved: (value: number) => void,
): Slider {
  const input = make("input", { type: "range" });
  for (const key of ["min", "max", "step", "value"] as const) {
    input.setAttribute(key, String(range[key]));
  }
  const told = make("span", { class: "told", "aria-hidden": "true" });
  const tell = () => {
    told.textContent = words(input.valueAsNumber);
    input.setAttribute("aria-valuetext", words(input.valueAsNumber));
  };
  tell();
  input.addEventListener("input", () => {
    tell();
    moved(input.valueAsNumber);
  });
  return {
    element: make(
      "label",
      { class: "tall" },
      make("span", { class: "row" }, make("span", {}, title), told),
      input,
    ),
    input,
    set(value) {
      input.value = String(value);
      tell();
    },
  };
}
