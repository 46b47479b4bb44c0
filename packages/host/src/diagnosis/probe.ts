import { type GuardedGateway, isGatewayError, run, type Tool } from "@waygate/core";

/** What came of asking a model to call a tool. */
export interface ProbeResult {
  readonly model: string;
  /** Whether the model called the tool and went on from its result. */
  readonly ok: boolean;
  /** In a sentence, for people. */
  readonly message: string;
  /** Of the whole exchange. */
  readonly durationMs: number;
  readonly error: unknown;
}

const word = "waygate";

/** Asks a model, in real and at the usual price, to call a tool, and gives it the result. Rejects only on an abort. */
export async function probeTools(gateway: GuardedGateway, model: string, signal: AbortSignal): Promise<ProbeResult> {
  const started = performance.now();
  let received: unknown;
  const echo: Tool = {
    name: "echo",
    description: "Returns the text that it is given. Call it when you are asked to test your tools.",
    parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    readOnly: true,
    execute(args: { readonly text: string }) {
      received = args.text;
      return `The echo of ${args.text}`;
    },
  };
  const result = (ok: boolean, message: string, error?: unknown): ProbeResult => {
    return { model, ok, message, error, durationMs: Math.round(performance.now() - started) };
  };
  try {
    const running = run({
      gateway,
      model,
      messages: [{ role: "user", content: `Use the echo tool on the text "${word}", then say what it returned.` }],
      tools: [echo],
      maxSteps: 3,
      signal,
    });
    const { reason } = await running.result();
    if (received === undefined) return result(false, "It answered, but did not call the tool.");
    if (reason !== "stop") return result(false, `It called the tool, but its answer ended with "${reason}".`);
    return result(true, "It called the tool and went on from its result.");
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return result(false, isGatewayError(error) ? error.message : `It failed: ${String(error)}`, error);
  }
}
