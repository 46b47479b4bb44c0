import bedrock from "@waygate/bedrock";
import {
  type CredentialQuery,
  createRegistry,
  type GatewayError,
  type GuardedGateway,
  isGatewayError,
  type ModelEvent,
  type ModelRequest,
  type Registry,
  type RegistryNotice,
  type RegistryOptions,
  type Transport,
} from "@waygate/core";
import type { Service } from "./service.ts";

export interface Opening {
  /** Over those that point to the service and keep AWS from being asked for its lists. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables; where several names of one are there, the first that is not empty counts, as hosts have it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly transport?: Transport;
  readonly limits?: RegistryOptions["limits"];
}

export interface Opened extends AsyncDisposable {
  readonly registry: Registry;
  readonly gateway: GuardedGateway;
  readonly notices: RegistryNotice[];
  readonly queries: CredentialQuery[];
}

export const keys = { WAYGATE_ACCESS_KEY_ID: "AKIDEXAMPLE", WAYGATE_SECRET_ACCESS_KEY: "not-a-real-secret" };

/** Opens the gateway towards a service, or as the settings say. */
export function open(
  to: Pick<Service, "origin"> | undefined,
  { settings, env = keys, transport, limits }: Opening = {},
): Opened {
  const notices: RegistryNotice[] = [];
  const queries: CredentialQuery[] = [];
  const nearby = to === undefined ? {} : { endpoint_url: to.origin, discover_models: false };
  const registry = createRegistry({
    plugins: [bedrock],
    settings: { bedrock: { ...nearby, ...settings } },
    credentials(query) {
      queries.push(query);
      return query.credential.env.map((name) => env[name]).find((value) => value !== undefined && value !== "");
    },
    onNotice: (notice) => notices.push(notice),
    ...(transport !== undefined && { transport }),
    limits,
  });
  return {
    registry,
    gateway: registry.gateway("amazon-bedrock"),
    notices,
    queries,
    [Symbol.asyncDispose]: () => registry.close(),
  };
}

export const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/** A request that says hello, with what is to be different about it. */
export function hello(change: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: `us.${claude}`,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: [],
    signal: new AbortController().signal,
    ...change,
  };
}

/** All events of an answer. */
export async function collect(gateway: GuardedGateway, change: Partial<ModelRequest> = {}): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const batch of gateway.stream(hello(change))) events.push(...batch);
  return events;
}

/** The events of an answer that fails, and its error. */
export async function failing(
  gateway: GuardedGateway,
  change: Partial<ModelRequest> = {},
): Promise<{ readonly events: readonly ModelEvent[]; readonly error: GatewayError }> {
  const events: ModelEvent[] = [];
  try {
    for await (const batch of gateway.stream(hello(change))) events.push(...batch);
  } catch (error) {
    if (isGatewayError(error)) return { events, error };
    throw error;
  }
  throw new Error("The answer did not fail.");
}

/** The error of a request that fails before its answer begins. */
export async function refused(gateway: GuardedGateway, change: Partial<ModelRequest> = {}): Promise<GatewayError> {
  const { events, error } = await failing(gateway, change);
  if (events.length > 0) throw new Error(`Something was said before the failure: ${JSON.stringify(events)}`);
  return error;
}

/** `code: message` of the notices among events. */
export function noticesOf(events: readonly ModelEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "notice" ? [`${event.code}: ${event.message}`] : []));
}
