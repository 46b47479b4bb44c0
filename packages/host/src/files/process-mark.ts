import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { errorCode } from "./file-error.ts";
import { readRegularFileSync } from "./read-regular-file.ts";

/** A process as lock files and the names of temporary files record it. */
export interface ProcessMark {
  readonly pid: number;
  /** Tells machines apart, also containers on one machine and one start of a machine from the next. */
  readonly machine: string;
  /** Tells a process from a later one with the same id; `0` if the system does not say when it began. */
  readonly start: string;
}

/**
 * What became of a process. `elsewhere`: it ran on another machine, in another container, or before this machine was
 * started, so it cannot be looked up here.
 */
export type ProcessFate = "alive" | "dead" | "elsewhere";

const unknownStart = "0";

/** Tells this machine from others. Process ids mean the same only within one. */
const machine = digest([
  hostname(),
  process.platform === "linux" ? [readProc("sys/kernel/random/boot_id"), pidNamespace()] : [],
]);

let own: Promise<ProcessMark> | undefined;

/** The mark of this process. */
export function ownMark(): Promise<ProcessMark> {
  own ??= startOf(process.pid).then((start) => ({
    pid: process.pid,
    machine,
    start: start === undefined ? unknownStart : digest(start),
  }));
  return own;
}

/** `PID-MACHINE-START` */
export function formatMark({ pid, machine, start }: ProcessMark): string {
  return `${pid}-${machine}-${start}`;
}

/** The reverse of `formatMark`; undefined for other text. */
export function parseMark(text: string): ProcessMark | undefined {
  const [, pid, machine, start] = /^(\d{1,10})-([0-9a-f]{8})-([0-9a-f]{8}|0)$/.exec(text) ?? [];
  return pid === undefined || machine === undefined || start === undefined
    ? undefined
    : { pid: Number(pid), machine, start };
}

/** Looks up what became of a process. One that cannot be told from a later one with its id counts as alive. */
export async function fateOf(mark: ProcessMark): Promise<ProcessFate> {
  if (mark.machine !== machine) return "elsewhere";
  if (!exists(mark.pid)) return "dead";
  const start = await startOf(mark.pid);
  if (start === "ended") return "dead";
  return start !== undefined && mark.start !== unknownStart && digest(start) !== mark.start ? "dead" : "alive";
}

/**
 * The same for a process of this machine whose start was not recorded. `since`: a time, in milliseconds since 1970, at
 * which it was there. A process that began later only has its id.
 */
export async function fateOfUnmarked(pid: number, since: number): Promise<Exclude<ProcessFate, "elsewhere">> {
  if (!exists(pid)) return "dead";
  const start = await startOf(pid);
  if (start === "ended") return "dead";
  const began = start === undefined ? undefined : timeOf(start);
  // The system rounds both times.
  return began !== undefined && began > since + 2000 ? "dead" : "alive";
}

function exists(pid: number): boolean {
  if (pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}

/** When a process began, in the system's own words; `ended` if only its entry is left; undefined if nothing says it. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    // The name in parentheses may hold anything; the state and, 19 fields on, the start come after it.
    const fields = readProc(`${pid}/stat`)
      ?.replace(/^.*\) /s, "")
      .split(" ");
    if (fields !== undefined) return /^[ZXx]/.test(fields[0] ?? "") ? "ended" : fields[19];
  }
  if (process.platform === "win32") return undefined;
  return startByPs(pid);
}

async function startByPs(pid: number): Promise<string | undefined> {
  try {
    // The same words for every process that asks, whatever its language and time zone.
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    const { stdout } = await promisify(execFile)("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { env });
    const [, state = "", start = ""] = /^\s*(\S+)\s+(\S.*?)\s*$/s.exec(stdout) ?? [];
    if (state.startsWith("Z")) return "ended";
    return start === "" ? undefined : start;
  } catch {
    return undefined;
  }
}

/** In milliseconds since 1970; undefined if that cannot be told. */
function timeOf(start: string): number | undefined {
  if (!/^\d+$/.test(start)) {
    const time = Date.parse(`${start} UTC`);
    return Number.isNaN(time) ? undefined : time;
  }
  const boot = /^btime (\d+)$/m.exec(readProc("stat") ?? "")?.[1];
  // In hundredths of a second since the machine was started.
  return boot === undefined ? undefined : Number(boot) * 1000 + Number(start) * 10;
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function readProc(name: string): string | undefined {
  try {
    return readRegularFileSync(`/proc/${name}`, 1024 * 1024)?.bytes.toString("latin1");
  } catch {
    return undefined;
  }
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}
