import { Switch, TextInput } from "@mantine/core";
import { ChoiceControl } from "./choice_control.tsx";
import { NumberControl } from "./number_control.tsx";
import type { Control } from "./panel_model.ts";

export interface ControlProps<Kind extends Control = Control> {
  control: Kind;
  label: string;
  value: unknown;
  /** How it is now, while the room is still on its way to what was asked for. */
  measured: number | null;
  disabled: boolean;
  /** The value is being chosen. */
  onDraft: (value: unknown) => void;
  /** The value is chosen. */
  onSend: (value: unknown) => void;
}

/** The input for one argument of a command. */
export function ControlInput(props: ControlProps) {
  const { control, label, value, disabled, onDraft, onSend } = props;
  switch (control.kind) {
    case "slider":
      return <NumberControl {...props} control={control} />;
    case "choice":
      return <ChoiceControl {...props} control={control} />;
    case "switch":
      return (
        <Switch
          label={label}
          size="md"
          checked={value === true}
          disabled={disabled}
          onChange={(event) => onSend(event.currentTarget.checked)}
        />
      );
    case "text":
      return (
        <TextInput
          label={label}
          value={String(value ?? "")}
          disabled={disabled}
          onChange={(event) => onDraft(event.currentTarget.value)}
        />
      );
  }
}
