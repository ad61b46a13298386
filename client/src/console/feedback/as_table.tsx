import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useId } from "react";

/** The figures of a plot as a table, for who cannot see the plot or wants the numbers. */
export function AsTable({ children }: { children: ReactNode }) {
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <>
      <Button
        variant="subtle"
        size="sm"
        mt="xs"
        onClick={toggle}
        aria-expanded={opened}
        aria-controls={id}
        className="no-print"
      >
        {opened ? "Hide the table" : "Show as a table"}
      </Button>
      <Collapse expanded={opened} id={id}>
        <div style={{ overflowX: "auto" }}>{children}</div>
      </Collapse>
    </>
  );
}
