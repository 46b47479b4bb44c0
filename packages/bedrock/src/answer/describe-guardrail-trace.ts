import { isObject } from "@waygate/core/plugin";
import { readText } from "@waygate/plugin-kit";

/**
 * What a guardrail assessed, in words: which policy met what, and what it did about it. The matched words themselves
 * are left out: they are what the guardrail is there to keep back. Undefined where it met nothing.
 */
export function describeGuardrailTrace(trace: unknown): string | undefined {
  const guardrail = isObject(trace) && isObject(trace.guardrail) ? trace.guardrail : undefined;
  if (guardrail === undefined) return undefined;
  const input = assessments(guardrail.inputAssessment);
  const output = assessments(guardrail.outputAssessments);
  const findings = [
    ...input.flatMap(([id, assessment]) => describe(id, "input", assessment)),
    ...output.flatMap(([id, assessment]) => describe(id, "output", assessment)),
  ];
  const reason = readText(guardrail.actionReason);
  if (findings.length === 0) return reason;
  return `${findings.join("; ")}.${reason === undefined ? "" : ` ${reason}`}`;
}

/** By the guardrail's id; one assessment, or several, each. */
function assessments(value: unknown): [string, Record<string, unknown>][] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([id, assessed]) =>
    (Array.isArray(assessed) ? assessed : [assessed])
      .filter(isObject)
      .map((assessment): [string, Record<string, unknown>] => [id, assessment]),
  );
}

function describe(id: string, side: "input" | "output", assessment: Record<string, unknown>): string[] {
  const findings = policies(assessment);
  return findings.length === 0 ? [] : [`guardrail ${id} on the ${side}: ${findings.join(", ")}`];
}

function policies(assessment: Record<string, unknown>): string[] {
  const found = (policy: string, list: string) => {
    const value = assessment[policy];
    const items = isObject(value) ? value[list] : undefined;
    return Array.isArray(items) ? items.filter(isObject).filter(isFinding) : [];
  };
  return counted([
    ...found("topicPolicy", "topics").map((item) => finding("topic", item.name, item)),
    ...found("contentPolicy", "filters").map((item) => finding("content", item.type, item, item.confidence)),
    ...found("wordPolicy", "customWords").map((item) => finding("word", "custom", item)),
    ...found("wordPolicy", "managedWordLists").map((item) => finding("word", item.type, item)),
    ...found("sensitiveInformationPolicy", "piiEntities").map((item) => finding("personal data", item.type, item)),
    ...found("sensitiveInformationPolicy", "regexes").map((item) => finding("pattern", item.name, item)),
    ...found("contextualGroundingPolicy", "filters").map((item) =>
      finding("grounding", item.type, item, `${String(item.score)} of ${String(item.threshold)}`),
    ),
    ...found("automatedReasoningPolicy", "findings").map((item) => `automated reasoning ${Object.keys(item)[0] ?? ""}`),
  ]);
}

/** A trace lists what was looked for too, not only what was found. */
function isFinding({ action, detected }: Record<string, unknown>): boolean {
  return detected !== false && (action !== "NONE" || detected === true);
}

function finding(policy: string, what: unknown, { action }: Record<string, unknown>, detail?: unknown): string {
  const name = readText(what) ?? "unnamed";
  const extent = detail === undefined ? "" : ` (${String(detail)})`;
  return `${policy} ${name}${extent} ${(readText(action) ?? "detected").toLowerCase()}`;
}

function counted(findings: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const each of findings) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].map(([each, count]) => (count === 1 ? each : `${each} ×${count}`));
}
