import { Button, Group, Text, Title } from "@mantine/core";
import { IconDownload, IconFileExport } from "../icons.ts";

/** The session's record as files. */
export function Downloads({ sessionId }: { sessionId: string }) {
  return (
    <section className="sheet no-print">
      <Title order={2} fz="lg" mb={4}>
        Export
      </Title>
      <Text c="dimmed" mb="md">
        Files with a patient's data: keep them where only those who may see them can. Each export is written
        into the audit log.
      </Text>
      <Group>
        <Button
          component="a"
          href={`/api/sessions/${sessionId}/export/fhir`}
          download
          variant="default"
          leftSection={<IconFileExport size={18} aria-hidden />}
        >
          FHIR R4 bundle
        </Button>
        <Button
          component="a"
          href={`/api/sessions/${sessionId}/export/parquet`}
          download
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          Parquet tables
        </Button>
      </Group>
    </section>
  );
}
