/** The page where the subject types the code that the guide reads out. */
import type { Seat } from "./seat.ts";

const LENGTH = 8;

/** Builds the page into `root`; resolves with a seat when a code was accepted. `note` is said at first. */
export function join(root: HTMLElement, note: string | null): Promise<Seat> {
  const form = document.createElement("form");
  form.className = "join";
  form.innerHTML = `
    <h1>Welcome</h1>
    <p class="lead" id="join-help">Type the code of eight letters and digits that your guide gives you.</p>
    <label for="code">Code</label>
    <input id="code" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false"
      inputmode="text" maxlength="12" required aria-describedby="join-help join-problem" autofocus>
    <p class="problem" id="join-problem" role="alert"></p>
    <button type="submit" class="primary">Enter the room</button>
    <p class="fine">In the room you can stop at any moment: press Stop, or the Escape key.</p>`;
  root.replaceChildren(form);
  const field = form.querySelector("input") as HTMLInputElement;
  const problem = form.querySelector(".problem") as HTMLElement;
  const button = form.querySelector("button") as HTMLButtonElement;
  problem.textContent = note;
  field.focus();
  field.addEventListener("input", () => {
    const at = field.selectionStart;
    field.value = tidy(field.value);
    field.setSelectionRange(at, at);
    problem.textContent = "";
  });
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const code = tidy(field.value);
      if (code.length !== LENGTH) {
        problem.textContent = `The code has ${LENGTH} letters and digits; this one has ${code.length}.`;
        return;
      }
      button.disabled = true;
      const outcome = await pair(code);
      button.disabled = false;
      if (typeof outcome !== "string") resolve(outcome);
      else {
        problem.textContent = outcome;
        field.select();
      }
    });
  });
}

/** A code as typed, in capitals, without what people put between letters. */
export function tidy(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .slice(0, LENGTH);
}

/** Asks the clinic's server; gives back a seat, or words for the subject. */
async function pair(code: string): Promise<Seat | string> {
  const address = new URL("/api/pair", location.href);
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
    });
    if (response.ok) {
      const { session_id, token } = (await response.json()) as { session_id: string; token: string };
      return { session: session_id, token };
    }
    return words(response.status);
  } catch {
    return "The clinic cannot be reached. Check the network of this device, then try again.";
  }
}

function words(status: number): string {
  if (status === 429) return "That was too often. Wait a minute, then ask your guide for a new code.";
  if (status >= 500) return "The clinic's computer has a problem. Tell your guide, then try again.";
  return "This code does not open a room. Check it, or ask your guide for a new one: codes last ten minutes and work once.";
}
