import type { BedrockClient, FoundationModelSummary, InferenceProfileSummary } from "@aws-sdk/client-bedrock";
import { foundationOf, isExact, knownModel, type Listing } from "./inference-profile.ts";
import { limits } from "./limits.ts";
import type { ListedModel } from "./models.ts";

/** Models and profiles of one region, as AWS lists them. */
export interface Discovered extends Listing {
  readonly models: readonly ListedModel[];
}

/** Asks AWS what there is, once in a while; a failure is remembered for a while too. */
export interface Discovery {
  /** Rejects where AWS does not say, or may not be asked. */
  listing(signal: AbortSignal, refresh: boolean): Promise<Discovered>;
  /**
   * The same for a request, which waits for the first listing only: while one is renewed, and where that fails, the one
   * before goes on counting, or that there is none (undefined).
   */
  current(signal: AbortSignal): Promise<Discovered | undefined>;
  /** The model behind a profile whose ARN does not say. Rejects where it may not be asked. */
  foundation(arn: string, signal: AbortSignal): Promise<string | undefined>;
}

interface Outcome {
  readonly at: number;
  readonly result: Promise<Discovered>;
  state: "pending" | "listed" | "failed";
}

export function discovery(control: () => Promise<BedrockClient>): Discovery {
  let latest: Outcome | undefined;
  let known: Discovered | undefined;
  let first = true;
  const foundations = new Map<string, { readonly at: number; readonly result: Promise<string | undefined> }>();

  const isFresh = (outcome: Outcome) => {
    return Date.now() - outcome.at < (outcome.state === "failed" ? limits.listingRetryMs : limits.listingAgeMs);
  };
  const begin = (): Outcome => {
    // Shared by all who ask meanwhile: no single one's abort may end it.
    const result = list(control, AbortSignal.timeout(limits.listingMs * 4));
    const outcome: Outcome = { at: Date.now(), result, state: "pending" };
    result.then(
      (listing) => {
        outcome.state = "listed";
        known = listing;
        first = false;
      },
      () => {
        outcome.state = "failed";
        first = false;
      },
    );
    return outcome;
  };

  return {
    async listing(signal, refresh) {
      if (latest === undefined || refresh || !isFresh(latest)) latest = begin();
      return await unlessAborted(latest.result, signal);
    },
    async current(signal) {
      if (latest === undefined || !isFresh(latest)) latest = begin();
      if (known !== undefined || (latest.state === "pending" && !first)) return known;
      return await unlessAborted(latest.result, signal);
    },
    async foundation(arn, signal) {
      let asked = foundations.get(arn);
      if (asked === undefined || Date.now() - asked.at > limits.listingRetryMs) {
        asked = { at: Date.now(), result: behind(control, arn, AbortSignal.timeout(limits.listingMs)) };
        asked.result.catch(() => undefined);
        foundations.set(arn, asked);
      }
      return await unlessAborted(asked.result, signal);
    },
  };
}

async function list(control: () => Promise<BedrockClient>, signal: AbortSignal): Promise<Discovered> {
  const client = await control();
  const { ListFoundationModelsCommand } = await import("@aws-sdk/client-bedrock");
  const [models, profiles] = await Promise.all([
    client.send(new ListFoundationModelsCommand({}), { abortSignal: signal }),
    listProfiles(client, signal),
  ]);
  return toListing(models.modelSummaries ?? [], profiles);
}

async function listProfiles(client: BedrockClient, signal: AbortSignal): Promise<readonly InferenceProfileSummary[]> {
  // Those that the account has made itself are listed only where they are asked for.
  const kinds = ["SYSTEM_DEFINED", "APPLICATION"] as const;
  return (await Promise.all(kinds.map((kind) => listKind(client, kind, signal)))).flat();
}

async function listKind(
  client: BedrockClient,
  typeEquals: "SYSTEM_DEFINED" | "APPLICATION",
  signal: AbortSignal,
): Promise<readonly InferenceProfileSummary[]> {
  const { ListInferenceProfilesCommand } = await import("@aws-sdk/client-bedrock");
  const profiles: InferenceProfileSummary[] = [];
  let nextToken: string | undefined;
  // A service that never comes to its last page is not followed for ever.
  for (let page = 0; page < 50; page++) {
    const more = nextToken === undefined ? {} : { nextToken };
    const command = new ListInferenceProfilesCommand({ typeEquals, maxResults: 1000, ...more });
    const answer = await client.send(command, { abortSignal: signal });
    profiles.push(...(answer.inferenceProfileSummaries ?? []));
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return profiles;
}

async function behind(
  control: () => Promise<BedrockClient>,
  arn: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const client = await control();
  const { GetInferenceProfileCommand } = await import("@aws-sdk/client-bedrock");
  const command = new GetInferenceProfileCommand({ inferenceProfileIdentifier: arn });
  const profile = await client.send(command, { abortSignal: signal });
  const model = profile.models?.[0]?.modelArn;
  return model === undefined ? undefined : foundationOf(model);
}

function toListing(
  summaries: readonly FoundationModelSummary[],
  profiles: readonly InferenceProfileSummary[],
): Discovered {
  const active = profiles.filter((profile) => profile.status === undefined || profile.status === "ACTIVE");
  const ids = new Set(active.flatMap(({ inferenceProfileId: id }) => (id === undefined ? [] : [id])));
  const onDemand = new Set(
    summaries
      .filter((model) => model.inferenceTypesSupported?.includes("ON_DEMAND") === true)
      .flatMap(({ modelId }) => (modelId === undefined ? [] : [modelId])),
  );
  const callable = new Set([...ids].filter(isExact).map(foundationOf));
  const images = new Map(summaries.map((model) => [model.modelId, model.inputModalities?.includes("IMAGE") === true]));
  const models = summaries.flatMap((model): ListedModel[] => {
    const { modelId, modelName, outputModalities } = model;
    if (modelId === undefined || !(onDemand.has(modelId) || callable.has(modelId))) return [];
    if (outputModalities !== undefined && !outputModalities.includes("TEXT")) return [];
    const id = knownModel(modelId)?.id ?? modelId;
    return [{ id, name: modelName ?? modelId, foundation: modelId, images: images.get(modelId) }];
  });
  const own = active.flatMap((profile): ListedModel[] => {
    const { type, inferenceProfileArn: arn, inferenceProfileName: name, models: behindIt } = profile;
    if (type !== "APPLICATION" || arn === undefined) return [];
    const foundation = foundationOf(behindIt?.[0]?.modelArn ?? arn);
    return [{ id: arn, name: name ?? arn, foundation, images: images.get(foundation) }];
  });
  return { profiles: ids, onDemand, models: [...models, ...own] };
}

async function unlessAborted<Value>(result: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([result, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
