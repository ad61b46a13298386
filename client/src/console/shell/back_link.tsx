import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { IconArrowLeft } from "../icons.ts";

export function BackLink({ to, children }: { to: string; children: string }) {
  return (
    <Anchor
      component={Link}
      to={to}
      className="no-print"
      mb="sm"
      py={4}
      style={{ display: "inline-flex", alignItems: "center", gap: 6 }}
    >
      <IconArrowLeft size={18} stroke={1.6} aria-hidden />
      {children}
    </Anchor>
  );
}
