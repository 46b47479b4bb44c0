import { enduranceTable, historyLine } from "./endurance/table.ts";
import type { Round } from "./measure/job.ts";
import { median, middleHalf, type Results, type TimedCase, type WireResults } from "./results.ts";

/** The results as markdown. */
export function report(results: Results): string {
  const { cpu, cores, node, system } = results.environment;
  const sections = [
    `${results.rounds} rounds, interleaved; ratios of medians, in brackets the middle half of the rounds. Node ${node.slice(1)}, ${system}, ${cores} × ${cpu}.`,
  ];
  if (results.scale === "quick") sections.push("**A smoke run: its figures mean nothing.**");
  sections.push(...results.wires.flatMap(sectionsOf));
  if (results.endurance !== undefined) {
    sections.push(
      "# Endurance of Waygate",
      table(...enduranceTable(results.endurance)),
      historyLine(results.endurance),
    );
  }
  return `${sections.join("\n\n")}\n`;
}

function sectionsOf(results: WireResults): string[] {
  const [yardstick] = results.contestants;
  const against = yardstick?.title ?? "";
  const sections = [
    `# ${results.wire}`,
    results.contestants.map(({ title, versions }) => `- ${title}: ${versions}`).join("\n"),
  ];
  if (results.timed.length > 0) {
    sections.push(`## CPU time of the client, against ${against}`, ratios(results, "cpuMs"));
    sections.push(`## Wall time, against ${against}`, ratios(results, "wallMs"));
  }
  const withArguments = results.timed.filter(({ group }) => group === "arguments");
  if (withArguments.length > 0) sections.push("## CPU µs per KB of arguments", linearity(results, withArguments));
  if (results.memory !== undefined) sections.push("## Memory of a fresh process, MB", memory(results, results.memory));
  if (results.slowConsumer !== undefined) {
    sections.push("## A consumer that pauses, MB", slowConsumer(results, results.slowConsumer));
  }
  if (results.imports !== undefined) sections.push("## Import, ms", imports(results.imports));
  return sections;
}

function ratios(results: WireResults, figure: "cpuMs" | "wallMs"): string {
  const [yardstick, ...others] = results.contestants;
  if (yardstick === undefined) return "";
  const head = ["Case", `${yardstick.title}, ms`, ...others.map(({ title }) => title)];
  const rows = results.timed.map((timed) => {
    const base = medianOf(timed.rounds[yardstick.id], figure);
    const cells = others.map(({ id }) => ratio(timed.rounds[id], timed.rounds[yardstick.id], figure));
    return [`${timed.id}: ${timed.title}`, base.toFixed(0), ...cells];
  });
  return table(head, rows);
}

/** The ratio of the medians, and the middle half of the ratios of the single rounds, which shows how steady it was. */
function ratio(
  rounds: readonly Round[] | undefined,
  base: readonly Round[] | undefined,
  figure: "cpuMs" | "wallMs",
): string {
  const single = (rounds ?? []).map((round, at) => round[figure] / (base?.[at]?.[figure] ?? Number.NaN));
  const [low, high] = middleHalf(single);
  const whole = medianOf(rounds, figure) / medianOf(base, figure);
  return `${whole.toFixed(2)} × (${low.toFixed(1)}–${high.toFixed(1)})`;
}

function linearity(results: WireResults, cases: readonly TimedCase[]): string {
  const head = ["", ...cases.map(({ id }) => id.replace("arguments-", "").replace("k", " KB"))];
  const rows = results.contestants.map(({ id, title }) => [
    title,
    ...cases.map((timed) => ((medianOf(timed.rounds[id], "cpuMs") * 1000) / timed.kilobytes).toFixed(0)),
  ]);
  return table(head, rows);
}

function memory(results: WireResults, found: NonNullable<WireResults["memory"]>): string {
  const rows = results.contestants.map(({ id, title }) => {
    const start = medianOf(found[id], "startBytes");
    const peak = medianOf(found[id], "peakBytes");
    return [title, megabytes(start), megabytes(peak), megabytes(peak - start)];
  });
  return table(["", "loaded", "peak of one round of `concurrent`", "growth"], rows);
}

function slowConsumer(results: WireResults, found: NonNullable<WireResults["slowConsumer"]>): string {
  const rows = results.contestants.map(({ id, title }) => {
    const pause = found[id];
    if (pause === undefined) return [title, "", ""];
    return [title, megabytes(pause.sentBytes), megabytes(pause.endBytes - pause.startBytes)];
  });
  return table(["", "the server could send", "growth of the client"], rows);
}

function imports(found: NonNullable<WireResults["imports"]>): string {
  return table(
    ["", "ms"],
    found.map(({ title, times }) => [title, median(times).toFixed(1)]),
  );
}

function medianOf(
  rounds: readonly Round[] | undefined,
  figure: "cpuMs" | "wallMs" | "startBytes" | "peakBytes",
): number {
  return median((rounds ?? []).map((round) => round[figure]));
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
