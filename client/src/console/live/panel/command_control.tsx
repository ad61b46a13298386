import { Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { browserTime } from "../../../live/clock.ts";
import { useRoom, useRoomStore } from "../room_context.ts";
import { ControlInput } from "./control_input.tsx";
import { OutcomeNotice } from "./outcome_notice.tsx";
import { measuredValue, type PanelItem, presentValue } from "./panel_model.ts";
import { type Outcome, Sender } from "./sender.ts";

/** One command: its controls, and what the room answered to it. */
export function CommandControl({ item, disabled }: { item: PanelItem; disabled: boolean }) {
  const store = useRoomStore();
  const { state } = useRoom();
  const [draft, setDraft] = useState<Record<string, unknown>>({});
  const [outcome, setOutcome] = useState<Outcome>({ kind: "idle" });
  const sender = useMemo(
    () =>
      new Sender(
        item.everyMs,
        browserTime,
        (values) => store.socket.command(item.command, values),
        setOutcome,
      ),
    [store, item],
  );
  // What was drafted gives way to the room's own state as soon as the room has answered.
  useEffect(() => {
    if (outcome.kind === "done" || outcome.kind === "refused") setDraft({});
  }, [outcome]);

  const values = Object.fromEntries(
    item.controls.map((control) => [control.name, draft[control.name] ?? presentValue(item, control, state)]),
  );
  const send = (name: string, value: unknown) => {
    const next = { ...values, [name]: value };
    setDraft(next);
    if (item.sendsItself) sender.send(next);
  };
  return (
    <Stack gap={6}>
      {item.controls.map((control) => (
        <ControlInput
          key={control.name}
          control={control}
          label={item.controls.length === 1 ? item.label : control.label}
          value={values[control.name]}
          measured={measuredValue(item, control, state)}
          disabled={disabled}
          onDraft={(value) => setDraft({ ...draft, [control.name]: value })}
          onSend={(value) => send(control.name, value)}
        />
      ))}
      {!item.sendsItself && (
        <Button variant="light" disabled={disabled} onClick={() => sender.send(values)}>
          {item.controls.length === 0 ? item.label : "Go"}
        </Button>
      )}
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text size="sm" c="dimmed">
          {item.help}
        </Text>
        <OutcomeNotice outcome={outcome} everyMs={item.everyMs} />
      </Group>
    </Stack>
  );
}
