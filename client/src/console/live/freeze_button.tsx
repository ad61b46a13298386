import { Button } from "@mantine/core";
import { IconPlayerPlay, IconSnowflake } from "../icons.ts";
import { useRoom } from "./room_context.ts";
import { useControl } from "./use_control.ts";

/** Holds everything still, or lets it move again. */
export function FreezeButton() {
  const { view } = useRoom();
  const control = useControl();
  if (view?.phase === "frozen") {
    return (
      <Button
        variant="default"
        size="lg"
        leftSection={<IconPlayerPlay size={20} aria-hidden />}
        onClick={() => control.ask("thaw")}
      >
        Go on
      </Button>
    );
  }
  return (
    <Button
      variant="default"
      size="lg"
      leftSection={<IconSnowflake size={20} aria-hidden />}
      disabled={view?.phase !== "running"}
      onClick={() => control.ask("freeze")}
    >
      Freeze
    </Button>
  );
}
