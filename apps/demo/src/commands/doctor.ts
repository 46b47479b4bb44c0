import { didYouMean } from "@waygate/core/plugin";
import { formatNotice, type GatewayReport, keyAddress, type Notice } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonLine, plainError } from "../json-output.ts";
import { setUpGateways } from "../set-up.ts";
import { columnsOf, padColumns } from "../terminal/columns.ts";
import { exactLine } from "../terminal/exact-text.ts";
import { age } from "../terminal/figures.ts";
import { wrapText } from "../terminal/word-wrap.ts";
import { from, plainStatus } from "./keys.ts";
import { confirmHint, pluginLine, unconfirmedPlugins } from "./plugins.ts";
import type { Services } from "./services.ts";

/** `waygate doctor`: what works and what does not, gateway by gateway. */
export async function doctor(services: Services): Promise<ExitCode> {
  const { host, screen, simulator, arguments: given } = services;
  const [gateway, ...more] = given.words;
  if (more.length > 0) throw new UsageError('"doctor" takes one gateway, or none for all of them.');
  const ids = host.registry.gateways().map(({ id }) => id);
  if (gateway === simulator.id && !ids.includes(gateway)) await simulator.start();
  else if (gateway !== undefined && !ids.includes(gateway)) {
    const hint = didYouMean(gateway, ids) || ` There are: ${ids.join(", ") || "none"}.`;
    throw new UsageError(`There is no gateway "${gateway}".${hint}`);
  }
  const wanted = gateway === undefined ? (await setUpGateways(host)).map(({ gateway }) => gateway) : [gateway];
  const reports = await diagnose(services, wanted);
  const patterns = await services.patterns.notices(host.settings.toolPermissions);
  const wrong = [...host.notices(), ...patterns].filter(
    ({ severity }) => gateway === undefined && severity === "error",
  );
  if (given.json) {
    for (const report of reports) await screen.answer.write(jsonLine(plainReport(report)));
    for (const notice of wrong) await screen.answer.write(jsonLine(plainNotice(notice)));
    for (const info of gateway === undefined ? unconfirmedPlugins(services) : []) {
      await screen.answer.write(jsonLine({ type: "plugin", ...info }));
    }
  } else {
    for (const report of reports) await showReport(services, report);
    // The others have been told at the start.
    for (const notice of wrong.filter(({ code }) => code === "unknown-provider")) {
      await screen.answer.line(`✗ ${exactLine(formatNotice(notice))}`);
    }
    if (reports.length === 0)
      await screen.answer.line(`✗ No gateway is configured in ${exactLine(host.settings.file ?? "")}.`);
    const others = ids.filter((id) => gateway === undefined && !wanted.includes(id));
    if (others.length > 0) await screen.answer.line(`  Not set up: ${others.map(exactLine).join(", ")}`);
    for (const info of gateway === undefined ? unconfirmedPlugins(services) : []) {
      await screen.answer.line(`  Not confirmed: ${pluginLine(info)}. To confirm it: ${exactLine(confirmHint(info))}`);
    }
  }
  return reports.length > 0 && wrong.length === 0 && reports.every(({ ok }) => ok) ? exitCode.ok : exitCode.failed;
}

async function diagnose(services: Services, gateways: readonly string[]): Promise<readonly GatewayReport[]> {
  const { host, interrupts, arguments: given } = services;
  const { refresh, probe } = given;
  const work = interrupts.begin();
  try {
    const options = { refresh, probe, signal: work.signal };
    return (await Promise.all(gateways.map((gateway) => host.diagnose({ ...options, gateway })))).flat();
  } finally {
    work[Symbol.dispose]();
  }
}

async function showReport({ screen: { answer } }: Services, report: GatewayReport): Promise<void> {
  const { gateway, name, ok } = report;
  await answer.line(`${ok ? answer.style("green", "✓") : answer.style("red", "✗")} ${exactLine(gateway)}`);
  const facts = factsOf(report);
  const width = Math.max(...facts.map(([label]) => columnsOf(exactLine(label))));
  for (const [label, value] of [["name", name] as const, ...facts]) {
    const words = exactLine(value);
    const text = answer.terminal ? wrapText(words, answer.width - 1, " ".repeat(width + 6)) : words;
    await answer.line(`    ${answer.style("dim", padColumns(exactLine(label), width))}  ${text}`);
  }
}

type Fact = readonly [label: string, value: string];

function factsOf({ entry, plugin, credentials, models, facts, ok, checkError, lastError, probe }: GatewayReport) {
  const list: Fact[] = [["plugin", pluginText(entry.plugin, plugin)]];
  if (entry.address !== undefined) list.push(["address", keyAddress(entry.address)]);
  // Of what is not needed, one line says it all.
  const there = credentials.filter(({ credential, origin }) => credential.optional !== true || origin !== undefined);
  if (there.length === 0 && credentials.length > 0) {
    list.push([
      credentials.length === 1 ? (credentials[0]?.credential.label ?? "") : "keys",
      // What a gateway can do without may be just what its settings ask for.
      ok ? "none, and none is needed" : "none",
    ]);
  }
  for (const { credential, origin, problem } of there) {
    const hint = credential.help === undefined ? "" : `; get one at ${credential.help}`;
    const missing = `missing${problem === undefined ? hint : `; ${problem.message}`}`;
    list.push([credential.label, origin === undefined ? missing : from(origin)]);
  }
  for (const { message } of entry.issues) list.push(["settings", message]);
  if (models !== undefined) {
    const old = models.fetchedAt === undefined ? "" : `, as of ${age(models.fetchedAt)} ago`;
    list.push(["models", `${models.models.length}${old}`]);
    if (models.error !== undefined) list.push(["models", messageOf(models.error)]);
  }
  const known = new Set(list.map(([label]) => label.toLowerCase()));
  for (const { label, value } of facts) if (!known.has(label.toLowerCase())) list.push([label, value]);
  if (checkError !== undefined && checkError.message !== models?.error?.message) {
    list.push(["check", messageOf(checkError)]);
  }
  if (lastError !== undefined && lastError.error !== models?.error && lastError.error !== checkError) {
    list.push(["last error", `${age(lastError.at)} ago: ${messageOf(lastError.error)}`]);
  }
  if (probe !== undefined) list.push(["tool call", `${probe.model}: ${probe.message} (${probe.durationMs} ms)`]);
  return list;
}

function pluginText(id: string, plugin: GatewayReport["plugin"]): string {
  const { package: packageName = id, version, contract, origin = "program", folder } = plugin ?? {};
  const name = [packageName, version].filter((part) => part !== undefined).join(" ");
  const written = contract === undefined ? name : `${name}, contract ${contract}`;
  if (origin === "program") return `${written}, comes with the program`;
  return `${written}, found by ${origin === "settings" ? "the settings" : "its keyword"} in ${folder}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function plainReport({ entry, credentials, models, checkError, lastError, probe, ...report }: GatewayReport): object {
  return {
    type: "gateway",
    ...report,
    state: entry.state,
    issues: entry.issues,
    address: entry.address === undefined ? undefined : keyAddress(entry.address),
    credentials: credentials.map(plainStatus),
    models: models && {
      count: models.models.length,
      fetchedAt: models.fetchedAt === undefined ? undefined : new Date(models.fetchedAt).toISOString(),
      error: models.error && plainError(models.error),
    },
    checkError: checkError && plainError(checkError),
    lastError: lastError && { ...plainError(lastError.error), at: new Date(lastError.at).toISOString() },
    probe: probe && { ...probe, error: probe.error === undefined ? undefined : plainError(probe.error) },
  };
}

function plainNotice({ severity, code, message, gateway, place }: Notice): object {
  return { type: "notice", severity, code, message, gateway, ...place };
}
