import { Center, Loader, Text } from "@mantine/core";

/** Something is on its way. */
export function Loading({ what = "Loading" }: { what?: string }) {
  return (
    <Center mih={160} role="status" style={{ gap: 12 }}>
      <Loader size="sm" type="dots" aria-hidden />
      <Text c="dimmed">{what}…</Text>
    </Center>
  );
}
