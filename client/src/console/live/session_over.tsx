import { Button, Group } from "@mantine/core";
import { useEffect } from "react";
import { Link } from "react-router";
import { Empty } from "../feedback/empty.tsx";
import { IconClipboardCheck } from "../icons.ts";
import { queryClient } from "../query_client.ts";

/** The session is closed: where to go from here. */
export function SessionOver({ sessionId }: { sessionId: string }) {
  useEffect(() => {
    queryClient.invalidateQueries({ queryKey: ["sessions"] });
  }, []);
  return (
    <main>
      <Empty
        icon={<IconClipboardCheck size={40} stroke={1.3} />}
        title="This session is closed"
        action={
          <Group justify="center">
            <Button component={Link} to={`/sessions/${sessionId}/report`}>
              Read the report
            </Button>
            <Button component={Link} to="/" variant="default">
              Today
            </Button>
          </Group>
        }
      >
        Its record is sealed. The report has the figures and the timeline; the session can be played again
        from there.
      </Empty>
    </main>
  );
}
