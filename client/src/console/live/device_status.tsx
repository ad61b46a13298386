import { Group, Text } from "@mantine/core";
import type { Member } from "../../wire/generated.ts";
import { formatShare } from "../format.ts";
import { IconAlertTriangle, IconBattery2, IconDeviceVisionPro, IconWifi, IconWifiOff } from "../icons.ts";
import { useRoom } from "./room_context.ts";
import { subjectOf } from "./room_facts.ts";

/** Above this share of missed frames most people feel it. */
const MANY_MISSED = 0.05;
const LOW_BATTERY = 0.2;

/** The subject's device: there or not, in the headset or not, battery, and frames that came too late. */
export function DeviceStatus() {
  const room = useRoom();
  const subject = subjectOf(room);
  return (
    <Group gap="md" role="group" aria-label="The patient's device">
      {subject ? (
        <Device subject={subject} />
      ) : (
        <Text size="sm" c="dimmed">
          No device yet
        </Text>
      )}
    </Group>
  );
}

function Device({ subject: { connected, device } }: { subject: Member }) {
  const Wireless = connected ? IconWifi : IconWifiOff;
  return (
    <>
      <Fact warn={!connected} icon={<Wireless size={18} aria-hidden />}>
        {connected ? "Connected" : "Connection lost"}
      </Fact>
      {device && connected && (
        <>
          <Fact icon={<IconDeviceVisionPro size={18} aria-hidden />} warn={!device.visible}>
            {device.visible
              ? device.presenting
                ? "In the headset"
                : "On a screen"
              : "Headset off or page hidden"}
          </Fact>
          {typeof device.battery === "number" && (
            <Fact icon={<IconBattery2 size={18} aria-hidden />} warn={device.battery < LOW_BATTERY}>
              Battery {formatShare(device.battery)}
            </Fact>
          )}
          {(device.missed_share ?? 0) > MANY_MISSED && (
            <Fact icon={<IconAlertTriangle size={18} aria-hidden />} warn>
              {formatShare(device.missed_share)} of frames late
            </Fact>
          )}
        </>
      )}
    </>
  );
}

interface FactProps {
  icon: React.ReactNode;
  warn?: boolean;
  children: React.ReactNode;
}

function Fact({ icon, warn = false, children }: FactProps) {
  return (
    <Group gap={6} wrap="nowrap" c={warn ? "var(--mantine-color-error)" : undefined}>
      {icon}
      <Text size="sm" fw={warn ? 600 : 400} className="numeric">
        {children}
      </Text>
    </Group>
  );
}
