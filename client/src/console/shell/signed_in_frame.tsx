import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { Outlet } from "react-router";

/** What the pages behind the sign-in share: questions that are asked first, and messages in the corner. */
export function Component() {
  return (
    <ModalsProvider>
      <Notifications position="bottom-left" />
      <Outlet />
    </ModalsProvider>
  );
}
