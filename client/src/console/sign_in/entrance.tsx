import { Box, Paper, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { Wordmark } from "../shell/wordmark.tsx";

/** The frame of the pages that open before anyone is signed in. */
export function Entrance({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Abaton`;
  }, [title]);
  return (
    <Box component="main" mih="100vh" p="md" style={{ display: "grid", placeItems: "center" }}>
      <Stack w="100%" maw={420} gap="xl">
        <Box mx="auto">
          <Wordmark />
        </Box>
        <Paper p={{ base: "lg", sm: 32 }} radius="lg" withBorder>
          <Title order={1} fz={26} mb={4}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" mb="lg">
              {lead}
            </Text>
          )}
          {children}
        </Paper>
        <Text size="sm" c="dimmed" ta="center">
          Abaton is not a cleared medical device. A clinician leads every session.
        </Text>
      </Stack>
    </Box>
  );
}
