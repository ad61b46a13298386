import { Box, Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";

interface Props {
  title: string;
  /** A line under the title. */
  lead?: ReactNode;
  /** What leads back to where this page was opened from. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  width?: number;
}

/** A page's title, taken into the tab's name and given the focus when the page opens, and what stands under it. */
export function Page({ title, lead, back, actions, children, width = 1080 }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${title} · Abaton`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when another page opens
  useEffect(() => heading.current?.focus({ preventScroll: true }), [pathname]);
  return (
    <Box maw={width} mx="auto">
      {back}
      <Group justify="space-between" align="flex-end" mb="xl" gap="md">
        <Stack gap={4}>
          <Title order={1} fz={{ base: 26, sm: 32 }} lh={1.2} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {lead && (
            <Text component="div" c="dimmed">
              {lead}
            </Text>
          )}
        </Stack>
        {actions && (
          <Group gap="sm" className="no-print">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Box>
  );
}
