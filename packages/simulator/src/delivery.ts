import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import { abortable } from "./abortable.ts";
import type { Fault } from "./faults.ts";
import type { Frame, Reply } from "./wires/wire.ts";

/** Some systems throw away what the peer has not read yet when a reset arrives. */
const BEFORE_RESET_MS = 10;

/** Node's timers take a longer time for none. */
const LONGEST_MS = 2 ** 31 - 1;

/** Where one answer goes. */
export interface Outlet {
  readonly response: ServerResponse;
  /** Aborted when the client leaves and when the simulator is closed. */
  readonly signal: AbortSignal;
  /** Set where the connection is broken off on purpose, so that it is not taken for the client's doing. */
  brokenOff: boolean;
}

/** Lets time pass; rejects at once when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await setTimeout(Math.min(milliseconds, LONGEST_MS), undefined, { signal });
}

/** Says that a fault is about to strike, and waits until it may. */
export async function strike(fault: Fault, signal: AbortSignal): Promise<void> {
  if (fault.onStrike !== undefined) await abortable(fault.onStrike(), signal);
}

/** What happens before the headers. Resolves to false where nothing is to follow. */
export async function beforeHeaders(outlet: Outlet, fault: Fault | undefined): Promise<boolean> {
  if (fault?.kind === "delay" && fault.beforeHeadersMs !== undefined) {
    await strike(fault, outlet.signal);
    await pause(fault.beforeHeadersMs, outlet.signal);
  }
  if (!isBeforeHeaders(fault)) return true;
  await strike(fault, outlet.signal);
  await breakOff(outlet, fault);
  return false;
}

/** Whether a fault leaves a request without any response. */
export function isBeforeHeaders(fault: Fault | undefined): fault is Fault & { kind: "stall" | "cut" } {
  return (fault?.kind === "stall" || fault?.kind === "cut") && fault.afterChunks === "before-headers";
}

/**
 * Writes a reply as the fault has it: paced by the client's reading, in `intervalMs` steps, until the end or the break.
 * Rejects when the signal is aborted.
 */
export async function deliver(
  outlet: Outlet,
  reply: Reply,
  options: { fault: Fault | undefined; intervalMs: number },
): Promise<void> {
  const { response, signal } = outlet;
  const { fault } = options;
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  let intervalMs = reply.streamed ? options.intervalMs : 0;
  if (fault?.kind === "delay") {
    if (fault.beforeHeadersMs === undefined && !hasPlace(fault)) await strike(fault, signal);
    await pause(fault.beforeBodyMs ?? 0, signal);
    intervalMs = Math.max(intervalMs, fault.betweenChunksMs ?? 0);
  }
  if (fault?.kind === "drip") {
    await strike(fault, signal);
    intervalMs = fault.everyMs;
  }
  const separate = reply.separateWrites || fault?.kind === "drip";
  if (separate) await nextTurn(signal);

  const started = performance.now();
  let written = 0;
  for (const frame of withFault(reply, fault)) {
    if (frame === struck) {
      if (fault !== undefined) await strike(fault, signal);
      if (fault?.kind === "delay") await pause(fault.pauseMs ?? 0, signal);
      continue;
    }
    // Counted from the start, so that timers that fire late do not add up.
    if (written > 0) await pause(started + written * intervalMs - performance.now(), signal);
    if (separate) await writeAlone(response, frame, signal);
    else if (!response.write(frame)) await once(response, "drain", { signal });
    written += 1;
  }
  if (fault?.kind === "stall" || fault?.kind === "cut") await breakOff(outlet, fault);
  else if (fault?.kind === "error" && fault.followedBy === "silence") await untilLeft(signal);
  else response.end();
}

/** Stands among the frames where the fault strikes. */
const struck = Symbol("struck");

function* withFault(reply: Reply, fault: Fault | undefined): Iterable<Frame | typeof struck> {
  switch (fault?.kind) {
    case "stall":
    case "cut":
      if (fault.afterChunks !== "before-headers") yield* first(reply.frames, positionOf(fault, reply));
      yield struck;
      return;
    case "error":
      if (reply.streamed) yield* first(reply.frames, positionOf(fault, reply));
      yield struck;
      yield reply.errorFrame(fault.body);
      return;
    case "garbage":
      if (reply.streamed) yield* withInserted(reply.frames, positionOf(fault, reply), [struck, reply.garbageFrame]);
      else yield* [struck, reply.garbageFrame] as const;
      return;
    case "delay":
      yield* hasPlace(fault) ? withInserted(reply.frames, positionOf(fault, reply), [struck]) : reply.frames;
      return;
    case "drip":
      yield* slices(reply.frames, fault.bytes);
      return;
    default:
      yield* reply.frames;
  }
}

interface Placed {
  readonly afterChunks?: number | undefined;
  readonly within?: Parameters<Reply["middleOf"]>[0] | undefined;
}

function hasPlace({ afterChunks, within }: Placed): boolean {
  return afterChunks !== undefined || within !== undefined;
}

/** How many frames go before a fault; more than there are where the place does not exist. */
function positionOf({ afterChunks, within }: Placed, reply: Reply): number {
  if (within === undefined) return afterChunks ?? 0;
  return (reply.streamed ? reply.middleOf(within) : undefined) ?? Number.POSITIVE_INFINITY;
}

function* first(frames: Iterable<Frame>, count: number): Iterable<Frame> {
  if (count === 0) return;
  let taken = 0;
  for (const frame of frames) {
    yield frame;
    taken += 1;
    if (taken === count) return;
  }
}

function* withInserted<Inserted>(
  frames: Iterable<Frame>,
  position: number,
  inserted: readonly Inserted[],
): Iterable<Frame | Inserted> {
  let passed = 0;
  for (const frame of frames) {
    if (passed === position) yield* inserted;
    yield frame;
    passed += 1;
  }
  if (passed <= position) yield* inserted;
}

/** The same bytes in slices of one size; a slice may hold the end of one frame and the start of the next. */
function* slices(frames: Iterable<Frame>, size: number): Iterable<Frame> {
  let rest = Buffer.alloc(0);
  for (const frame of frames) {
    rest = Buffer.concat([rest, typeof frame === "string" ? Buffer.from(frame) : frame]);
    let start = 0;
    for (; start + size <= rest.length; start += size) yield rest.subarray(start, start + size);
    rest = rest.subarray(start);
  }
  if (rest.length > 0) yield rest;
}

/** Two turns of the event loop: a client in this process has read what was written when they are over. */
async function nextTurn(signal: AbortSignal): Promise<void> {
  await setImmediate(undefined, { signal });
  await setImmediate(undefined, { signal });
}

async function writeAlone(response: ServerResponse, frame: Frame, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    response.write(frame, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
  await nextTurn(signal);
}

async function untilLeft(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

async function breakOff(outlet: Outlet, fault: Fault & { kind: "stall" | "cut" }): Promise<void> {
  const { response, signal } = outlet;
  if (fault.kind === "stall") return await untilLeft(signal);
  if (fault.how === "end") {
    outlet.brokenOff = !response.headersSent;
    if (response.headersSent) response.end();
    else response.socket?.end();
    return;
  }
  do await pause(BEFORE_RESET_MS, signal);
  while ((response.socket?.writableLength ?? 0) > 0);
  outlet.brokenOff = true;
  response.socket?.resetAndDestroy();
}
