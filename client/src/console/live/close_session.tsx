import { Button } from "@mantine/core";
import { confirm } from "../feedback/confirm.tsx";
import { useControl } from "./use_control.ts";

export function CloseSession() {
  const control = useControl();
  const ask = () =>
    confirm({
      title: "Close this session?",
      consequence:
        "The patient leaves the room and the record is sealed. A closed session cannot be opened again.",
      yes: "Close the session",
      onYes: () => control.ask("close"),
    });
  return (
    <Button variant="default" size="lg" onClick={ask} loading={control.busy}>
      Close
    </Button>
  );
}
