/** What hangs on the walls of the lobby. */
import type { RoomShape } from "../../stage/daylit_room";
import type { Form } from "../../stage/form";

const oak = "#b48a5c";

/** Pictures, a door, curtains: what hangs on the walls. */
export function hangOnWalls(form: Form, room: RoomShape): void {
  const { back, right, left, window } = room;
  form.box([1.7, 1.06, back - 0.03], [0.98, 2.12, 0.05], "#a57f55", { foot: 0.9 });
  for (const x of [1.16, 2.24]) form.box([x, 1.09, back - 0.03], [0.1, 2.2, 0.08], oak);
  form.box([1.7, 2.18, back - 0.03], [1.18, 0.1, 0.08], oak);
  form.post([1.32, 1.0, back - 0.1], 0.022, 0.11, "#8f8779", { gloss: 0.4 }, 0.022, 8);
  for (const [at, sky, land] of [
    [-2.1, "#cfdbd8", "#8fa07c"],
    [-1.1, "#ead9b8", "#b3925f"],
    [-0.1, "#d9dfe0", "#7b9296"],
  ] as const) {
    form.box([at, 1.6, back - 0.02], [0.78, 1.0, 0.03], "#8d6b47");
    form.box([at, 1.6, back - 0.036], [0.7, 0.92, 0.01], "#f1eadc");
    form.box([at, 1.72, back - 0.043], [0.52, 0.48, 0.008], sky);
    form.box([at, 1.37, back - 0.043], [0.52, 0.22, 0.008], land);
  }
  for (const z of [window.far - 0.26, window.near + 0.26]) {
    for (let fold = 0; fold < 6; fold++) {
      form.post(
        [left + 0.1 + 0.025 * (fold % 2), 0.05, z - 0.2 + fold * 0.08],
        0.05,
        window.high + 0.12,
        "#e4d8c2",
        { foot: 0.92, hollow: true },
        0.045,
        8,
      );
    }
  }
  form.bar(
    [left + 0.1, window.high + 0.18, window.far - 0.6],
    [left + 0.1, window.high + 0.18, window.near + 0.6],
    0.014,
    "#5a4a3a",
    {},
    8,
  );
  for (let slat = 0; slat < 24; slat++)
    form.box([right - 0.03, 1.2, 0.2 + slat * 0.12], [0.05, 2.4, 0.06], "#b28a5f");
}
