import { Alert, Box, Button, Text } from "@mantine/core";
import { asProblem } from "../api/problem.ts";
import { IconAlertTriangle, IconRefresh } from "../icons.ts";
import { problemTitle } from "./problem_words.ts";

interface Props {
  error: unknown;
  onRetry?: () => void;
  /** Room around it, where it stands for a whole page. */
  padded?: boolean;
}

/** What went wrong, what was expected, and what to do next. */
export function ProblemNotice({ error, onRetry, padded = false }: Props) {
  const { body } = asProblem(error);
  return (
    <Box p={padded ? "xl" : 0} maw={padded ? 720 : undefined} mx="auto">
      <Alert
        color="clay"
        role="alert"
        icon={<IconAlertTriangle size={20} aria-hidden />}
        title={problemTitle(body)}
        styles={{ title: { color: "var(--mantine-color-text)" } }}
      >
        <Text size="sm">{body.next}</Text>
        <Text size="sm" c="dimmed" mt={4}>
          Got {body.got}; expected {body.expected}.
        </Text>
        {onRetry && (
          <Button
            mt="sm"
            size="sm"
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={onRetry}
          >
            Try again
          </Button>
        )}
      </Alert>
    </Box>
  );
}
