import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useNewPairingCode } from "../api/sessions.ts";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatElapsed } from "../format.ts";
import { IconCopy, IconRefresh } from "../icons.ts";
import classes from "./pairing_code.module.css";

/** The code that the patient's device is paired with, as long as it holds, and where to type it. */
export function PairingCode({ sessionId }: { sessionId: string }) {
  const pairing = useNewPairingCode(sessionId);
  const { mutate } = pairing;
  useEffect(() => mutate(), [mutate]);
  if (pairing.isError) return <ProblemNotice error={pairing.error} onRetry={() => mutate()} />;
  if (!pairing.data) return <Loader size="sm" type="dots" aria-label="Making a code" />;
  return <Code code={pairing.data.code} expiresAt={pairing.data.expires_at} onNew={() => mutate()} />;
}

function useSecondsUntil(iso: string): number {
  const [left, setLeft] = useState(() => (Date.parse(iso) - Date.now()) / 1000);
  useEffect(() => {
    const read = () => setLeft((Date.parse(iso) - Date.now()) / 1000);
    read();
    const timer = setInterval(read, 1000);
    return () => clearInterval(timer);
  }, [iso]);
  return left;
}

interface CodeProps {
  code: string;
  expiresAt: string;
  onNew: () => void;
}

function Code({ code, expiresAt, onNew }: CodeProps) {
  const left = useSecondsUntil(expiresAt);
  const address = `${window.location.origin}/room`;
  const over = left <= 0;
  return (
    <Stack gap="sm">
      <Text>
        On the patient's device open <strong>{address}</strong> and type:
      </Text>
      <Group gap="lg" align="center">
        <Text
          component="output"
          className={classes.code}
          data-over={over || undefined}
          aria-label={`Pairing code ${code.split("").join(" ")}`}
        >
          {code.slice(0, 4)} {code.slice(4)}
        </Text>
        <Stack gap={6}>
          <Text size="sm" c="dimmed" className="numeric">
            {over ? "This code no longer holds." : `Holds for ${formatElapsed(left)}, for one device.`}
          </Text>
          <Group gap="xs">
            <Button
              variant={over ? "filled" : "default"}
              size="sm"
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={onNew}
            >
              New code
            </Button>
            <Button
              variant="default"
              size="sm"
              leftSection={<IconCopy size={16} aria-hidden />}
              onClick={() => navigator.clipboard.writeText(address)}
            >
              Copy the address
            </Button>
          </Group>
        </Stack>
      </Group>
    </Stack>
  );
}
