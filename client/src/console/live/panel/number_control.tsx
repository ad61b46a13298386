import { Button, Group, NumberInput, Slider, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { formatNumber } from "../../format.ts";
import type { ControlProps } from "./control_input.tsx";
import classes from "./number_control.module.css";
import { bounded, type Control } from "./panel_model.ts";

/** A slider that sends when it is let go, with the patient's limit marked; and a field for an exact number. */
export function NumberControl(props: ControlProps<Control & { kind: "slider" }>) {
  const { control, label, value, measured, disabled, onDraft, onSend } = props;
  const { unit, least, most, top, step } = control;
  const chosen = typeof value === "number" ? value : least;
  const limited = most < top;
  return (
    <div>
      <Group justify="space-between" align="baseline" mb={4} gap="xs">
        <Text fw={600}>{label}</Text>
        <Text className="numeric" size="lg" fw={600}>
          {formatNumber(chosen, unit, 2)}
          {measured !== null && Math.abs(measured - chosen) >= step / 2 && (
            <Text span size="sm" c="dimmed" fw={400}>
              {" "}
              now {formatNumber(measured, unit, 1)}
            </Text>
          )}
        </Text>
      </Group>
      <div className={classes.track}>
        {limited && (
          <div className={classes.beyond} style={{ left: `${(100 * (most - least)) / (top - least)}%` }} />
        )}
        <Slider
          thumbLabel={label}
          size="md"
          thumbSize={26}
          min={least}
          max={top}
          step={step}
          label={null}
          value={chosen}
          disabled={disabled}
          onChange={(next) => onDraft(bounded(control, next))}
          onChangeEnd={(next) => onSend(bounded(control, next))}
          thumbValueText={formatNumber(chosen, unit, 2)}
        />
      </div>
      <Group justify="space-between" mt={4} gap="xs" align="center">
        <Text size="sm" c="dimmed" className="numeric">
          {limited ? "limit" : "up to"} {formatNumber(most, unit, 2)}
        </Text>
        <Exact {...props} />
      </Group>
    </div>
  );
}

function Exact({ control, label, disabled, onSend }: ControlProps<Control & { kind: "slider" }>) {
  const [typed, setTyped] = useState<string | number>("");
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (typed === "") return;
    onSend(bounded(control, Number(typed)));
    setTyped("");
  };
  return (
    <form onSubmit={go}>
      <Group gap={6} wrap="nowrap">
        <NumberInput
          aria-label={`${label}: exact value${control.unit && ` in ${control.unit}`}`}
          placeholder={control.unit || "value"}
          size="sm"
          w={84}
          hideControls
          min={control.least}
          max={control.most}
          clampBehavior="none"
          disabled={disabled}
          value={typed}
          onChange={setTyped}
        />
        <Button
          type="submit"
          size="sm"
          variant="light"
          disabled={disabled || typed === ""}
          aria-label={`Go: ${label}`}
        >
          Go
        </Button>
      </Group>
    </form>
  );
}
