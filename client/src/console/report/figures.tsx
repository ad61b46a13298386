import { Text } from "@mantine/core";
import type { ReportSummary } from "../api/types.ts";
import classes from "./figures.module.css";
import { figuresOf } from "./summary_figures.ts";

/** The session in a few figures. */
export function Figures({ summary }: { summary: ReportSummary }) {
  return (
    <section className="sheet" aria-label="Summary">
      <dl className={classes.figures}>
        {figuresOf(summary).map(({ name, value, detail }) => (
          <div key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" fz={24} fw={650} lh={1.25} className="numeric">
              {value}
            </Text>
            {detail && (
              <Text component="dd" size="sm" c="dimmed">
                {detail}
              </Text>
            )}
          </div>
        ))}
      </dl>
    </section>
  );
}
