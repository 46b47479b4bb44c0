import type { Transport } from "@waygate/core";
import { loadUndici } from "@waygate/http";

export interface Rerouted extends AsyncDisposable {
  readonly transport: Transport;
  /** The origins that were asked for, in their order. */
  readonly asked: readonly string[];
}

/**
 * A transport that reaches hosts of AWS at services on loopback: by their names, or by a part of these up to a dot, such
 * as `sts` for `sts.eu-west-1.amazonaws.com`. All other hosts are reached as they are.
 */
export async function rerouted(hosts: Readonly<Record<string, string>>): Promise<Rerouted> {
  const { Agent } = await loadUndici();
  const agent = new Agent();
  const asked: string[] = [];
  const dispatcher = {
    dispatch(options: Parameters<typeof agent.dispatch>[0], handler: Parameters<typeof agent.dispatch>[1]) {
      const origin = String(options.origin);
      asked.push(origin);
      const { hostname } = new URL(origin);
      const [, there] =
        Object.entries(hosts).find(([host]) => hostname === host || hostname.startsWith(`${host}.`)) ?? [];
      return agent.dispatch({ ...options, origin: there ?? origin }, handler);
    },
  };
  return { transport: { dispatcher }, asked, [Symbol.asyncDispose]: () => agent.destroy() };
}
