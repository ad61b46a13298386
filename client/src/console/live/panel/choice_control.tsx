import { Group, SegmentedControl, Text } from "@mantine/core";
import { useId } from "react";
import type { ControlProps } from "./control_input.tsx";
import type { Control } from "./panel_model.ts";

/** A choice of few; what lies above the patient's limit cannot be chosen. */
export function ChoiceControl({
  control,
  label,
  value,
  disabled,
  onSend,
}: ControlProps<Control & { kind: "choice" }>) {
  const id = useId();
  const limit = control.options.findLast((option) => option.allowed);
  const limited = control.options.some((option) => !option.allowed);
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text fw={600} id={id}>
          {label}
        </Text>
        {limited && (
          <Text size="sm" c="dimmed">
            limit: {limit?.label}
          </Text>
        )}
      </Group>
      <SegmentedControl
        aria-labelledby={id}
        fullWidth
        size="md"
        value={String(value ?? "")}
        disabled={disabled}
        onChange={onSend}
        data={control.options.map((option) => ({ ...option, disabled: !option.allowed }))}
      />
    </div>
  );
}
