import { Text } from "@mantine/core";
import { Entrance } from "./entrance.tsx";

/** The clinic has no administrator yet, and only the one-time link can make one. */
export function SetupNeeded() {
  return (
    <Entrance title="This clinic is not set up yet">
      <Text mt="md">
        When the server starts for the first time it prints a link that can be used once. Open that link to
        name the clinic and make the first administrator.
      </Text>
      <Text mt="sm" c="dimmed">
        Lost it? Start the server again: it prints a new link as long as there is no administrator.
      </Text>
    </Entrance>
  );
}
