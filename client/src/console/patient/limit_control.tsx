import { Group, SegmentedControl, Slider, Text } from "@mantine/core";
import { useId } from "react";
import type { Experience } from "../api/types.ts";
import { formatNumber } from "../format.ts";
import { fullRange } from "./limits.ts";

interface Props {
  field: Experience["shape"]["state"][number];
  value: number | string;
  onChange: (value: number | string) => void;
  disabled: boolean;
}

/** Sets the most of one graded field: a slider for a number, the strongest member for a choice. */
export function LimitControl({ field, value, onChange, disabled }: Props) {
  const id = useId();
  const unit = field.unit ?? "";
  const shown = typeof value === "number" ? formatNumber(value, unit, 2) : value;
  const whole = value === fullRange(field);
  return (
    <div>
      <Group justify="space-between" mb={8}>
        <Text fw={600} id={id}>
          {field.label}
        </Text>
        <Text className="numeric">
          up to {shown}
          {whole && (
            <Text span c="dimmed">
              {" "}
              (the full range)
            </Text>
          )}
        </Text>
      </Group>
      {field.choices ? (
        <SegmentedControl
          aria-labelledby={id}
          fullWidth
          size="md"
          data={field.choices}
          value={String(value)}
          onChange={onChange}
          disabled={disabled}
        />
      ) : (
        <Slider
          aria-labelledby={id}
          thumbLabel={`${field.label}, at most`}
          size="md"
          thumbSize={24}
          min={field.minimum ?? 0}
          max={field.maximum ?? 100}
          step={field.step ?? 1}
          label={null}
          value={Number(value)}
          onChange={onChange}
          disabled={disabled}
          thumbValueText={shown}
        />
      )}
    </div>
  );
}
