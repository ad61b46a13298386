import { notifications } from "@mantine/notifications";
import { asProblem } from "../api/problem.ts";
import { problemTitle } from "./problem_words.ts";

const closeButtonProps = { "aria-label": "Close this message" };

/** Says in a corner that something was done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: "sea", autoClose: 4000, closeButtonProps });
}

/** Says in a corner what went wrong and what to do; it stays until closed. */
export function tellProblem(error: unknown): void {
  const { body } = asProblem(error);
  notifications.show({
    title: problemTitle(body),
    message: body.next,
    color: "clay",
    autoClose: false,
    closeButtonProps,
  });
}
