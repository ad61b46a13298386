import { ScrollArea, Stack, Text, Title } from "@mantine/core";
import { formatElapsed } from "../format.ts";
import { eventWords } from "./event_words.ts";
import { useRoom } from "./room_context.ts";
import { beganAt } from "./room_facts.ts";

const SHOWN = 60;

/** What happened, latest first. Notes stand in their own list. */
export function EventFeed() {
  const room = useRoom();
  const began = beganAt(room);
  const lines = room.happenings
    .filter(({ fact }) => fact.kind !== "noted")
    .flatMap(({ event, time_us, fact }) => {
      const words = eventWords(fact, room.experience);
      return words === null ? [] : [{ event, time_us, words }];
    })
    .slice(-SHOWN)
    .toReversed();
  return (
    <section className="sheet" aria-labelledby="feed-title">
      <Title order={2} fz="lg" id="feed-title" mb="sm">
        What happened
      </Title>
      {lines.length === 0 && <Text c="dimmed">Nothing yet.</Text>}
      <ScrollArea.Autosize
        mah={260}
        type="auto"
        viewportProps={{ tabIndex: 0, "aria-labelledby": "feed-title", role: "region" }}
      >
        <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: "none" }}>
          {lines.map(({ event, time_us, words }) => (
            <Text component="li" size="sm" key={event}>
              <Text span size="sm" c="dimmed" className="numeric" mr={8}>
                {began === null || time_us < began ? "before" : formatElapsed((time_us - began) / 1e6)}
              </Text>{" "}
              {words}
            </Text>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </section>
  );
}
