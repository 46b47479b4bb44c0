import type { GatewayEntry } from "@waygate/core";
import { isGatewayError } from "@waygate/core";
import type { CredentialStatus } from "../credentials/credentials.ts";
import type { Host } from "../host.ts";
import type { ModelListing } from "../models/models.ts";
import type { DiagnoseOptions, GatewayReport } from "./gateway-report.ts";
import type { LastError, LastErrors } from "./last-errors.ts";
import { type ProbeResult, probeTools } from "./probe.ts";

/** Looks at gateways one by one, all at the same time. Rejects only where `signal` aborts. */
export async function diagnose(
  host: Host,
  lastErrors: Pick<LastErrors, "get">,
  options: DiagnoseOptions,
): Promise<readonly GatewayReport[]> {
  const entries = await host.gateways();
  const statuses = await host.credentials.status();
  const wanted = entries.filter(({ id }) => options.gateway === undefined || id === options.gateway);
  return Promise.all(
    wanted.map(async (entry) => {
      const credentials = statuses.filter(({ gateway }) => gateway === entry.id);
      return report(host, entry, credentials, lastErrors.get(entry.id), options);
    }),
  );
}

async function report(
  host: Host,
  entry: GatewayEntry,
  credentials: readonly CredentialStatus[],
  lastError: LastError | undefined,
  options: DiagnoseOptions,
): Promise<GatewayReport> {
  const { id, name, plugin: pluginId } = entry;
  const plugin = host.plugins().find((info) => info.id === pluginId);
  const base = { gateway: id, name, entry, plugin, credentials, lastError };
  if (entry.state === "refused") {
    return { ...base, ok: false, models: undefined, facts: [], checkError: undefined, probe: undefined };
  }
  const signal = options.signal ?? new AbortController().signal;
  const [[models], checked] = await Promise.all([
    host.models.list({ gateway: id, refresh: options.refresh, signal }),
    check(host, id, signal),
  ]);
  const probe = (options.probe ?? false) === false ? undefined : await probeGateway(host, entry, models, options);
  const hasKeys = credentials.every(({ credential, origin }) => credential.optional === true || origin !== undefined);
  const ok = hasKeys && checked.checkError === undefined && models?.error === undefined && probe?.ok !== false;
  return { ...base, ok, models, ...checked, probe };
}

async function check(
  host: Host,
  id: string,
  signal: AbortSignal,
): Promise<Pick<GatewayReport, "facts" | "checkError">> {
  try {
    const gateway = await host.gateway(id);
    const result = await gateway.check?.({ signal });
    return { facts: result?.facts ?? [], checkError: undefined };
  } catch (error) {
    if (signal.aborted || !isGatewayError(error)) throw error;
    return { facts: [], checkError: error };
  }
}

async function probeGateway(
  host: Host,
  entry: GatewayEntry,
  listing: ModelListing | undefined,
  { probe, signal }: DiagnoseOptions,
): Promise<ProbeResult> {
  const model = typeof probe === "string" ? probe : modelToProbe(host, entry, listing);
  if (model === undefined) {
    return { model: "", ok: false, message: "It lists no model that takes tools.", durationMs: 0, error: undefined };
  }
  return probeTools(host.registry.gateway(entry.id), model, signal ?? new AbortController().signal);
}

function modelToProbe(
  host: Host,
  { id, capabilities }: GatewayEntry,
  listing: ModelListing | undefined,
): string | undefined {
  const chosen = host.settings.model("default_model");
  if (chosen?.provider === id) return chosen.model;
  const favorite = host.settings.favorites.find(({ provider }) => provider === id);
  if (favorite !== undefined) return favorite.model;
  return listing?.models.find((model) => model.capabilities.tools ?? capabilities.tools)?.id;
}
