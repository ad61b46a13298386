import { Center, SegmentedControl, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { IconMoon, IconSun, IconSunMoon } from "../icons.ts";

function choice(value: string, name: string, icon: ReactNode) {
  const label = (
    <Center>
      {icon}
      <VisuallyHidden>{name}</VisuallyHidden>
    </Center>
  );
  return { value, label };
}

/** Light, as the system has it, or dark. */
export function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Light or dark"
      size="sm"
      fullWidth
      value={colorScheme}
      onChange={(value) => setColorScheme(value as typeof colorScheme)}
      data={[
        choice("light", "Light", <IconSun size={18} stroke={1.6} />),
        choice("auto", "As this computer", <IconSunMoon size={18} stroke={1.6} />),
        choice("dark", "Dark", <IconMoon size={18} stroke={1.6} />),
      ]}
    />
  );
}
