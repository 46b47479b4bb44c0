import { expect, it } from "vitest";
import { answerQuirks } from "./answer-quirks.ts";
import { toolCallQuirks } from "./tool-call-quirks.ts";
import type { Quirk } from "./wire.ts";

const quirks = [...toolCallQuirks, ...answerQuirks];

// Written anew with `vitest --update`.
it("docs/stream-quirks.md lists every case", async () => {
  await expect(page()).toMatchFileSnapshot("../../../../docs/stream-quirks.md");
});

function page(): string {
  return [
    "# Imperfect streams, and how they are read",
    "",
    "Each row is a test: a stream as services were seen to send it, and exactly the events that are read from it, whether it",
    "arrives in single bytes, in odd pieces or whole. The cases stand in `packages/openai-chat/test/quirks`; this page is made",
    "from them.",
    "",
    ...table("Tool calls", toolCallQuirks),
    ...table("Endings, framing and content", answerQuirks),
    `${quirks.length} cases.`,
    "",
  ].join("\n");
}

function table(title: string, rows: readonly Quirk[]): string[] {
  const lines = rows.map(({ title: what, seen, events, error }) => {
    return `| ${cell(what)} | ${seen ?? ""} | ${cell(outcome(events, error))} |`;
  });
  return [`## ${title}`, "", "| What comes | Seen at | What is read |", "| --- | --- | --- |", ...lines, ""];
}

function outcome(events: readonly string[], error: Quirk["error"]): string {
  const parts: string[] = [];
  const text = events.filter((line) => line.startsWith("text ")).map((line) => line.slice(5));
  const ends = events.filter((line) => line.startsWith("end ")).map((line) => line.slice(4));
  const notices = events.filter((line) => line.startsWith("notice ")).map((line) => line.slice(7));
  if (events.some((line) => line.startsWith("reasoning "))) parts.push("the reasoning");
  if (text.length > 0) parts.push("the text");
  for (const end of ends) {
    const [, name, status] = end.split(" ");
    parts.push(status === "ok" ? `a call of \`${name}\`` : `a call of \`${name}\`, ${status}: never run`);
  }
  if (error !== undefined) parts.push(`an error, \`${error[0]}\``);
  const finish = events.find((line) => line.startsWith("finish "))?.split(" ")[1];
  if (finish !== undefined) parts.push(`finish \`${finish}\``);
  if (notices.length > 0) parts.push(`notices: ${notices.map((code) => `\`${code}\``).join(", ")}`);
  return parts.join("; ");
}

/** Text that a table can hold. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
