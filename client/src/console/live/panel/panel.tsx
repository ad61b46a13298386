import { Stack, Text, Title } from "@mantine/core";
import { useMemo } from "react";
import { useRoom } from "../room_context.ts";
import { CommandControl } from "./command_control.tsx";
import { panelOf } from "./panel_model.ts";

/** What the lead can change, made from the experience's own description. */
export function Panel({ readOnly }: { readOnly: boolean }) {
  const { experience, view } = useRoom();
  const items = useMemo(() => (experience ? panelOf(experience) : []), [experience]);
  const began = view?.phase === "running" || view?.phase === "frozen" || view?.phase === "calm";
  return (
    <section className="sheet" aria-labelledby="panel-title">
      <Title order={2} fz="lg" id="panel-title" mb="md">
        {experience?.title ?? "Experience"}
      </Title>
      {!began && (
        <Text size="sm" c="dimmed" mb="md">
          These take effect once the session has begun.
        </Text>
      )}
      <Stack gap="xl">
        {items.map((item) => (
          <CommandControl key={item.command} item={item} disabled={readOnly || !began} />
        ))}
        {items.length === 0 && <Text c="dimmed">This experience has nothing to change while it runs.</Text>}
      </Stack>
    </section>
  );
}
