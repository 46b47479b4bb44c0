import { type CredentialStatus, type KeyOrigin, keyAddress } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonLine, plainError } from "../json-output.ts";
import { columnsOf, padColumns } from "../terminal/columns.ts";
import { exactLine, exactText } from "../terminal/exact-text.ts";
import { HiddenPrompt } from "../terminal/hidden-prompt.ts";
import { wrapText } from "../terminal/word-wrap.ts";
import type { Services } from "./services.ts";
import { readStandardInput } from "./standard-input.ts";

/** `waygate keys`: where keys come from, and which are stored. No key is ever shown. */
export async function keys(services: Services): Promise<ExitCode> {
  const [action = "list", gateway, credential, ...more] = services.arguments.words;
  // What follows may be a key that somebody gave as an argument: it is not repeated.
  if (action === "list" && gateway === undefined) return list(services);
  if ((action !== "set" && action !== "remove") || gateway === undefined || more.length > 0) {
    throw new UsageError(
      "It is: waygate keys list, waygate keys set GATEWAY [CREDENTIAL], or waygate keys remove GATEWAY [CREDENTIAL]. " +
        "A key itself is never an argument.",
    );
  }
  return action === "set" ? set(services, gateway, credential) : remove(services, gateway, credential);
}

async function list({ host, screen, arguments: given }: Services): Promise<ExitCode> {
  const statuses = await host.credentials.status();
  if (given.json) {
    for (const status of statuses) await screen.answer.write(jsonLine(plainStatus(status)));
    return exitCode.ok;
  }
  const { answer } = screen;
  const rows = statuses.map((status) => ({
    // Both are what `keys set` takes.
    name: exactLine(`${status.gateway} ${status.credential.id}`),
    source: exactLine(sourceOf(status)),
  }));
  const room = " ".repeat(Math.max(0, ...rows.map(({ name }) => columnsOf(name))) + 2);
  for (const { name, source } of rows) {
    const words = answer.terminal ? wrapText(source, answer.width - 1, room) : source;
    await answer.line(padColumns(name, room.length) + words);
  }
  if (rows.length === 0) await screen.aside.line(`No gateway is configured in ${exactLine(host.settings.file ?? "")}.`);
  const problem = statuses.find((status) => status.problem !== undefined)?.problem;
  if (problem !== undefined) await screen.aside.paragraph("note: ", exactText(problem.message), "dim");
  return exitCode.ok;
}

async function set(services: Services, gateway: string, credential: string | undefined): Promise<ExitCode> {
  const { host, screen, arguments: given } = services;
  const spec = await chosenCredential(services, gateway, credential);
  const status = await host.credentials.set(gateway, await readKey(services, gateway, spec), spec?.id);
  if (given.json) {
    await screen.answer.write(jsonLine(plainStatus(status)));
    return exitCode.ok;
  }
  const { label } = status.credential;
  const at = status.address === undefined ? "" : `, for ${keyAddress(status.address)} alone`;
  await screen.aside.line(exactLine(`The ${label} of "${gateway}" is in the ${host.credentials.storeKind}${at}.`));
  const { origin } = status;
  if (origin?.variable !== undefined) {
    const message = `The environment variable ${origin.variable} is set, and goes before it.`;
    await screen.aside.paragraph("note: ", exactText(message), "yellow");
  }
  return exitCode.ok;
}

async function remove(services: Services, gateway: string, credential: string | undefined): Promise<ExitCode> {
  const { host, screen, arguments: given } = services;
  const spec = await chosenCredential(services, gateway, credential);
  if (!(await host.credentials.remove(gateway, spec?.id))) {
    throw new UsageError(`No key of "${gateway}" is stored.`);
  }
  if (given.json) await screen.answer.write(jsonLine({ type: "key-removed", gateway, credential: spec?.id }));
  else await screen.aside.line(`The key of "${exactLine(gateway)}" is removed.`);
  return exitCode.ok;
}

/**
 * What of a gateway is meant; undefined where that is for the host to say. Refuses what is no credential of it without
 * repeating it, for it may be a key.
 */
async function chosenCredential({ host }: Services, gateway: string, credential: string | undefined) {
  const specs = (await host.credentials.status(gateway)).map((status) => status.credential);
  const ids = specs.map(({ id }) => id);
  if (credential !== undefined && !ids.includes(credential)) {
    throw new UsageError(
      `Gateway "${gateway}" has no such credential; it takes: ${ids.join(", ") || "none"}. ` +
        "The key itself is typed when asked for, or piped in.",
    );
  }
  const needed = specs.filter(({ optional }) => optional !== true);
  if (credential === undefined && specs.length > 1 && needed.length !== 1) {
    // Before anything is typed.
    throw new UsageError(`Gateway "${gateway}" takes several: say which is meant, ${ids.join(", ")}.`);
  }
  return specs.find(({ id }) => id === credential) ?? (specs.length === 1 ? specs[0] : needed[0]);
}

async function readKey(
  { surroundings, screen, keyboard, interrupts }: Services,
  gateway: string,
  spec: CredentialStatus["credential"] | undefined,
): Promise<string> {
  if (keyboard === undefined) return readStandardInput(surroundings.stdin, screen);
  const { aside } = screen;
  if (spec?.help !== undefined) await aside.line(aside.style("dim", exactLine(`There is one at ${spec.help}`)));
  const which = spec === undefined || spec.label === "API key" ? "" : ` (${spec.label})`;
  const work = interrupts.begin();
  try {
    return await new HiddenPrompt(screen, keyboard).ask(`Key for ${exactLine(gateway + which)}: `, work.signal);
  } finally {
    work[Symbol.dispose]();
  }
}

function sourceOf({ credential, origin, overridden, otherAddresses }: CredentialStatus): string {
  const parts = [
    origin === undefined ? (credential.optional === true ? "none, and none is needed" : "missing") : from(origin),
  ];
  if (origin === undefined && credential.env.length > 0) parts.push(`or set ${credential.env.join(" or ")}`);
  if (origin === undefined && credential.optional !== true && credential.help !== undefined) {
    parts.push(`get one at ${credential.help}`);
  }
  if (overridden) parts.push("which goes before the stored one");
  if (otherAddresses.length > 0) parts.push(`stored for ${otherAddresses.join(", ")} too, where nothing goes now`);
  return parts.join("; ");
}

/** Where a key comes from, in words. */
export function from({ kind, variable }: KeyOrigin): string {
  return variable === undefined ? kind : `environment variable ${variable}`;
}

/** A status as data. Never a key. */
export function plainStatus({ gateway, credential, address, origin, problem, ...rest }: CredentialStatus): object {
  const { id, label, env, help } = credential;
  const optional = credential.optional === true;
  return {
    type: "key",
    gateway,
    credential: id,
    label,
    env,
    help,
    optional,
    address: keyAddress(address),
    origin: origin ?? null,
    overridden: rest.overridden,
    otherAddresses: rest.otherAddresses,
    problem: problem === undefined ? undefined : plainError(problem),
  };
}
