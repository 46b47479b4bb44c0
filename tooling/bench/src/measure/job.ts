import type { Tally } from "../answer.ts";

/** What a client process is started with. */
export interface Job {
  readonly module: string;
  /** The server, without a path. */
  readonly origin: string;
  readonly apiUrl: string;
  readonly requests: number;
  readonly parallel: number;
  readonly loop: boolean;
  readonly offerTool: boolean;
}

export type Order =
  | { readonly type: "round" }
  | { readonly type: "pause"; readonly readBefore: number; readonly pauseMs: number };

export type Reply =
  | { readonly type: "ready" }
  | ({ readonly type: "round" } & Round)
  | ({ readonly type: "pause" } & Pause)
  | { readonly type: "failed"; readonly why: string };

/** Of the client process alone: the server's work is in `wallMs` only, as far as the client had to wait for it. */
export interface Round {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Resident memory before the round, and the most that the process has had so far, in bytes. */
  readonly startBytes: number;
  readonly peakBytes: number;
  readonly tally: Tally;
}

export interface Pause {
  /** Bytes that the server could hand over by the end of the pause, those in the socket's buffers included. */
  readonly sentBytes: number;
  readonly startBytes: number;
  readonly endBytes: number;
}
