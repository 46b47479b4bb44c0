import type { Answer } from "../plan/script.ts";
import type { Random } from "../random.ts";
import type { Reply } from "../server/reply.ts";
import type { Encoded, Wire } from "../wires/wire.ts";

/** What a fault is made of. The same scene gives the same bytes. */
export interface Scene {
  readonly random: Random;
  readonly wire: Wire;
  readonly answer: Answer;
  /** The answer as its wire streams it. */
  readonly encoded: Encoded;
  /** An answer to a question that was never asked. */
  readonly alien: Encoded;
  /** A service's words about a failure; it may quote the key in them. */
  words(): string;
  /** The address of this server, and that of one that must not be reached. */
  readonly here: string;
  readonly elsewhere: string;
}

/** One way in which a service fails, or is merely unusual. */
export interface FaultKind {
  /** Names it in plans and figures. */
  readonly name: string;
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  /** Whether a client has to get the answer as if nothing had been. Default: false. */
  readonly harmless?: true;
  /** Whether a client may have to wait for a deadline. Default: false. */
  readonly silent?: true;
  /** What it gives for as long as the client stays: an answer that has no end, or nothing but signs of life. */
  readonly endless?: "content" | "signs";
  reply(scene: Scene): Reply;
}
