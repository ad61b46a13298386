import { Button, Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconHandStop } from "../icons.ts";
import classes from "./live_room.module.css";
import { useRoom, useRoomStore } from "./room_context.ts";

/** Takes the patient to the calm place at once. Never asks back. */
export function StopButton() {
  const store = useRoomStore();
  const { view } = useRoom();
  // Works in fields too: whoever writes a note must be able to stop.
  useHotkeys([["mod+shift+S", store.stop]], []);
  const nothingRuns = view?.phase === "lobby" || view?.phase === "calm";
  return (
    <Button
      color="stop"
      size="lg"
      className={classes.stop}
      leftSection={<IconHandStop size={24} aria-hidden />}
      rightSection={<Kbd size="xs">Ctrl Shift S</Kbd>}
      aria-keyshortcuts="Control+Shift+S"
      disabled={view === null || nothingRuns}
      onClick={store.stop}
    >
      STOP
    </Button>
  );
}
