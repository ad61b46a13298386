import { Box, Button, Divider, NavLink, ScrollArea, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";
import { useSignOut } from "../api/me.ts";
import type { AccountRole } from "../api/types.ts";
import { IconCalendar, IconHistory, IconKey, IconLogout, IconUsers } from "../icons.ts";
import { roleName } from "../words.ts";
import { ColourScheme } from "./colour_scheme.tsx";
import { useSignedIn } from "./signed_in_context.ts";
import { Wordmark } from "./wordmark.tsx";

interface Place {
  to: string;
  label: string;
  icon: ReactNode;
  roles: AccountRole[];
}

const places: Place[] = [
  { to: "/", label: "Today", icon: <IconCalendar size={20} stroke={1.6} />, roles: ["lead", "observer"] },
  {
    to: "/patients",
    label: "Patients",
    icon: <IconUsers size={20} stroke={1.6} />,
    roles: ["lead", "observer"],
  },
  { to: "/accounts", label: "Accounts", icon: <IconKey size={20} stroke={1.6} />, roles: ["admin"] },
  { to: "/audit", label: "Audit log", icon: <IconHistory size={20} stroke={1.6} />, roles: ["admin"] },
];

function isHere(pathname: string, to: string): boolean {
  return to === "/" ? pathname === "/" : pathname.startsWith(to);
}

export function Navigation() {
  const me = useSignedIn();
  const signOut = useSignOut();
  const { pathname } = useLocation();
  return (
    <Stack h="100%" gap="lg">
      <Box visibleFrom="sm" px="sm" pt="xs">
        <Wordmark />
      </Box>
      <ScrollArea flex={1}>
        <Stack component="ul" gap={4} m={0} p={0} style={{ listStyle: "none" }}>
          {places
            .filter((place) => place.roles.includes(me.role))
            .map((place) => (
              <li key={place.to}>
                <NavLink
                  component={Link}
                  to={place.to}
                  label={place.label}
                  leftSection={place.icon}
                  active={isHere(pathname, place.to)}
                  aria-current={isHere(pathname, place.to) ? "page" : undefined}
                  style={{ borderRadius: 10, fontWeight: 500 }}
                />
              </li>
            ))}
        </Stack>
      </ScrollArea>
      <Divider />
      <Stack gap="sm" px="xs">
        <div>
          <Text fw={600}>{me.name}</Text>
          <Text size="sm" c="dimmed">
            {roleName(me.role)}, {me.clinic_name}
          </Text>
        </div>
        <ColourScheme />
        <Button
          variant="default"
          leftSection={<IconLogout size={18} stroke={1.6} />}
          onClick={() => signOut.mutate()}
          loading={signOut.isPending}
          fullWidth
        >
          Sign out
        </Button>
      </Stack>
    </Stack>
  );
}
