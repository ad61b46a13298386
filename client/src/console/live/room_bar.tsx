import { ActionIcon, Badge, Group, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { formatElapsed } from "../format.ts";
import { IconArrowLeft } from "../icons.ts";
import { CloseSession } from "./close_session.tsx";
import { DeviceStatus } from "./device_status.tsx";
import { FreezeButton } from "./freeze_button.tsx";
import classes from "./live_room.module.css";
import { phaseWords } from "./phase_words.ts";
import { RecordStatus } from "./record_status.tsx";
import { useRoom, useRoomTime } from "./room_context.ts";
import { beganAt } from "./room_facts.ts";
import { StopButton } from "./stop_button.tsx";

interface Props {
  patientId: string;
  patientName: string;
  readOnly: boolean;
}

/** Always in sight: who, how long, how the room stands, and stop. */
export function RoomBar({ patientId, patientName, readOnly }: Props) {
  const { view, status } = useRoom();
  const phase = phaseWords(status, view?.phase ?? null);
  return (
    <header className={classes.bar}>
      <div className={classes.facts}>
        <Group gap="sm" wrap="nowrap">
          <ActionIcon
            component={Link}
            to={`/patients/${patientId}`}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Back to the patient; the session goes on"
          >
            <IconArrowLeft size={20} aria-hidden />
          </ActionIcon>
          <div>
            <Title order={1} fz={18} lh={1.2}>
              {patientName}
            </Title>
            <Elapsed />
          </div>
        </Group>
        <div aria-live="polite">
          <Badge variant="light" color={phase.color} size="lg" tt="none" fw={600}>
            {phase.words}
          </Badge>
        </div>
        <DeviceStatus />
        <RecordStatus />
      </div>
      {!readOnly && (
        <Group gap="sm" className={classes.controls}>
          <CloseSession />
          <FreezeButton />
          <StopButton />
        </Group>
      )}
    </header>
  );
}

function Elapsed() {
  const room = useRoom();
  const nowMs = useRoomTime();
  const began = beganAt(room);
  return (
    <Text className="numeric" size="sm" c="dimmed">
      {began === null ? "Not begun" : `${formatElapsed((nowMs - began / 1000) / 1000)} since it began`}
    </Text>
  );
}
