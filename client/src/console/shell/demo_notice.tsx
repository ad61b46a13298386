import { Text } from "@mantine/core";
import { useSignedIn } from "./signed_in_context.ts";

/** Says on every page of a demonstration that nobody in it is real. */
export function DemoNotice() {
  if (!useSignedIn().demo) return null;
  return (
    <Text size="sm" c="dimmed" mb="md" mx="auto" maw={1080} className="no-print">
      This is a demonstration clinic. Its patients are invented: do not enter real ones.
    </Text>
  );
}
