import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";

interface Question {
  title: string;
  /** What follows from a yes. */
  consequence: string;
  yes: string;
  onYes: () => void;
}

/** Asks before something that cannot be taken back. */
export function confirm({ title, consequence, yes, onYes }: Question): void {
  modals.openConfirmModal({
    title,
    children: <Text>{consequence}</Text>,
    labels: { confirm: yes, cancel: "Cancel" },
    confirmProps: { color: "clay" },
    closeButtonProps: { "aria-label": "Close" },
    onConfirm: onYes,
  });
}
