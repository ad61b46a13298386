import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";
import { Outlet, useLocation } from "react-router";
import { DemoNotice } from "./demo_notice.tsx";
import { Navigation } from "./navigation.tsx";
import { SkipLink } from "./skip_link.tsx";
import { Wordmark } from "./wordmark.tsx";

/** Navigation beside the page; above it on a narrow screen. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes
  useEffect(close, [pathname]);
  return (
    <>
      <SkipLink />
      <AppShell
        header={{ height: { base: 56, sm: 0 } }}
        navbar={{ width: 248, breakpoint: "sm", collapsed: { mobile: !opened } }}
        padding={{ base: "md", sm: "xl" }}
      >
        <AppShell.Header hiddenFrom="sm" withBorder={false} bg="var(--surface-sunken)">
          <Group h="100%" px="md" justify="space-between">
            <Wordmark />
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-expanded={opened}
              aria-label={opened ? "Close the menu" : "Open the menu"}
            />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="md" withBorder={false} bg="var(--surface-sunken)" aria-label="Main">
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1}>
          <DemoNotice />
          <Outlet />
        </AppShell.Main>
      </AppShell>
    </>
  );
}
