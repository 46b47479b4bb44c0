import { type CredentialStatus, type KeyOrigin, keyAddress } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonLine, plainError } from "../json-output.ts";
import { HiddenPrompt } from "../terminal/hidden-prompt.ts";
import { printable, printableLine } from "../terminal/printable.ts";
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
    name: printableLine(`${status.gateway} ${status.credential.id}`),
    source: printableLine(sourceOf(status)),
  }));
  const room = " ".repeat(Math.max(0, ...rows.map(({ name }) => name.length)) + 2);
  for (const { name, source } of rows) {
    const words = answer.terminal ? wrapText(source, answer.width - 1, room) : source;
    await answer.line(name.padEnd(room.length) + words);
  }
  if (rows.length === 0) await screen.aside.line(`No gateway is configured in ${host.settings.file}.`);
  const problem = statuses.find((status) => status.problem !== undefined)?.problem;
  if (problem !== undefined) await screen.aside.paragraph("note: ", printable(problem.message), "dim");
  return exitCode.ok;
}

async function set(services: Services, gateway: string, credential: string | undefined): Promise<ExitCode> {
  const { host, screen, arguments: given } = services;
  await checkCredential(services, gateway, credential);
  const status = await host.credentials.set(gateway, await readKey(services, gateway), credential);
  if (given.json) {
    await screen.answer.write(jsonLine(plainStatus(status)));
    return exitCode.ok;
  }
  const { label } = status.credential;
  const at = status.address === undefined ? "" : `, for ${keyAddress(status.address)} alone`;
  await screen.aside.line(printableLine(`The ${label} of "${gateway}" is in the ${host.credentials.storeKind}${at}.`));
  const { origin } = status;
  if (origin?.variable !== undefined) {
    const message = `The environment variable ${origin.variable} is set, and goes before it.`;
    await screen.aside.paragraph("note: ", message, "yellow");
  }
  return exitCode.ok;
}

async function remove(services: Services, gateway: string, credential: string | undefined): Promise<ExitCode> {
  const { host, screen, arguments: given } = services;
  await checkCredential(services, gateway, credential);
  if (!(await host.credentials.remove(gateway, credential))) {
    throw new UsageError(`No key of "${gateway}" is stored.`);
  }
  if (given.json) await screen.answer.write(jsonLine({ type: "key-removed", gateway, credential }));
  else await screen.aside.line(`The key of "${printableLine(gateway)}" is removed.`);
  return exitCode.ok;
}

/** Refuses what is no credential of the gateway without repeating it, for it may be a key. */
async function checkCredential({ host }: Services, gateway: string, credential: string | undefined): Promise<void> {
  const ids = (await host.credentials.status(gateway)).map((status) => status.credential.id);
  if (credential === undefined || ids.includes(credential)) return;
  throw new UsageError(
    `Gateway "${gateway}" has no such credential; it takes: ${ids.join(", ") || "none"}. ` +
      "The key itself is typed when asked for, or piped in.",
  );
}

async function readKey({ surroundings, screen, keyboard, interrupts }: Services, gateway: string): Promise<string> {
  if (keyboard === undefined) return readStandardInput(surroundings.stdin, screen);
  const work = interrupts.begin();
  try {
    return await new HiddenPrompt(screen, keyboard).ask(`Key for ${printableLine(gateway)}: `, work.signal);
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
