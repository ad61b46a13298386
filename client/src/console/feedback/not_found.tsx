import { Button } from "@mantine/core";
import { Link } from "react-router";
import { IconSearch } from "../icons.ts";
import { Empty } from "./empty.tsx";

export function NotFound() {
  return (
    <Empty
      icon={<IconSearch size={36} stroke={1.4} />}
      title="There is no page at this address"
      action={
        <Button component={Link} to="/">
          Go to the first page
        </Button>
      }
    >
      The link may be old, or a letter of the address may be missing.
    </Empty>
  );
}
