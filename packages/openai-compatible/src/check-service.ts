import { type CheckResult, isGatewayError } from "@waygate/core/plugin";
import type { Catalog } from "./catalog.ts";
import type { Service } from "./service.ts";
import type { ServiceSettings } from "./settings.ts";
import { withoutQuery } from "./with-query.ts";

export interface CheckOptions {
  readonly settings: ServiceSettings;
  readonly service: Service;
  readonly catalog: Catalog;
  readonly hasKey: boolean;
  readonly keyVariable: string;
  readonly signal: AbortSignal;
}

/**
 * Finds out whether a service can be used as it is set up, by asking for its list of models. Rejects with a
 * `GatewayError` where it cannot. A service without a list is not asked anything.
 */
export async function checkService(options: CheckOptions): Promise<CheckResult> {
  const { settings, service } = options;
  const facts = [
    { label: "Address", value: withoutQuery(settings.api_url) },
    { label: "Dialect", value: `${settings.dialect}: ${service.dialect.service}` },
    { label: "API key", value: keyFact(options) },
    { label: "List of models", value: await listFact(options) },
  ];
  if (service.models.size > 0) facts.push({ label: "Models in the settings", value: String(service.models.size) });
  return { facts };
}

function keyFact({ service, hasKey, keyVariable }: CheckOptions): string {
  const { name, scheme } = service.authHeader;
  if (hasKey) return `set, sent as "${name}: ${scheme === "" ? "" : `${scheme} `}…"`;
  return service.dialect.needsKey ? `not set, though this service asks for one: set ${keyVariable}` : "not set";
}

async function listFact({ settings, service, catalog, signal }: CheckOptions): Promise<string> {
  if (service.dialect.lists.length === 0 && settings.discover !== true) {
    return `not asked for: the dialect "${settings.dialect}" has none`;
  }
  const begun = performance.now();
  try {
    const count = await catalog.check(signal);
    return `${count} ${count === 1 ? "model" : "models"}, after ${Math.round(performance.now() - begun)} ms`;
  } catch (error) {
    // A service that answers, but has no list, can still be used by the models of the settings.
    const missing = isGatewayError(error) && (error.status === 404 || error.status === 405 || error.status === 501);
    if (missing && service.models.size > 0) return `none: the service answered ${error.status}`;
    throw error;
  }
}
