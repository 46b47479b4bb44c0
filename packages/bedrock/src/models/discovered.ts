import type { BedrockClient, FoundationModelSummary, InferenceProfileSummary } from "@aws-sdk/client-bedrock";
import { isObject } from "@waygate/core/plugin";
import { readText } from "@waygate/plugin-kit";
import { isCredentialError } from "../credentials/credential-failure.ts";
import { codeOf } from "../failure/failure-of.ts";
import { serviceFailure } from "../failure/service-error.ts";
import { foundationOf, isExact, knownModel, type Listing } from "./inference-id.ts";
import type { ListedModel } from "./listed-model.ts";

/** Models and profiles of one region, as AWS lists them. */
export interface Discovered extends Listing {
  readonly models: readonly ListedModel[];
  /** Why one of the lists is missing; undefined where all are there. */
  readonly failure: unknown;
}

/** An answer to the request for a list that is none, or one that did not come in time. */
export class ListingFailure extends Error {
  readonly code: "protocol" | "timeout";

  /** `words` complete a sentence that begins with the service. */
  constructor(code: "protocol" | "timeout", words: string, cause?: unknown) {
    super(words, { cause });
    this.code = code;
  }
}

type Attempt<Item> =
  | { readonly items: readonly Item[]; readonly failure?: undefined }
  | { readonly items?: undefined; readonly failure: unknown };

/**
 * All that AWS lists. What may be listed counts, even where something else may not. Rejects where nothing is listed, and
 * at once where the credentials are no good.
 */
export async function list(control: () => Promise<BedrockClient>, signal: AbortSignal): Promise<Discovered> {
  const client = await control();
  const [models, system, own] = await Promise.all([
    attempt(() => listModels(client, signal), "ListFoundationModels", signal),
    attempt(() => listProfiles(client, "SYSTEM_DEFINED", signal), "ListInferenceProfiles", signal),
    // Those that the account has made itself are listed only where they are asked for.
    attempt(() => listProfiles(client, "APPLICATION", signal), "ListInferenceProfiles", signal),
  ]);
  const attempts = [models, system, own];
  const failure = attempts.find((one) => one.failure !== undefined)?.failure;
  if (attempts.every(({ items = [] }) => items.length === 0)) {
    // Every region has models: who lists none does not know them.
    throw failure ?? new ListingFailure("protocol", "lists neither models nor inference profiles.");
  }
  return { ...toListing(models.items, system.items, own.items), failure };
}

/** The model behind a profile whose ARN does not say. */
export async function behind(
  control: () => Promise<BedrockClient>,
  arn: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const client = await control();
  const { GetInferenceProfileCommand } = await import("@aws-sdk/client-bedrock");
  const command = new GetInferenceProfileCommand({ inferenceProfileIdentifier: arn });
  const asked = async () => (await client.send(command, { abortSignal: signal })).models;
  const { items, failure } = await attempt(async () => objects(await asked()), "GetInferenceProfile", signal);
  if (failure !== undefined) throw failure;
  const model = readText(items?.[0]?.modelArn);
  return model === undefined ? undefined : foundationOf(model);
}

async function attempt<Item>(
  ask: () => Promise<readonly Item[]>,
  operation: string,
  signal: AbortSignal,
): Promise<Attempt<Item>> {
  try {
    return { items: await ask() };
  } catch (error) {
    const refusal = serviceFailure(error);
    if (isCredentialError(error) || (refusal !== undefined && codeOf(refusal) === "authentication")) throw error;
    if (signal.aborted) {
      return { failure: new ListingFailure("timeout", `did not answer ${operation} in time. Try again later.`, error) };
    }
    const unreadable = error instanceof Unreadable || (refusal?.status !== undefined && refusal.status < 300);
    if (!unreadable) return { failure: error };
    const words = `answered ${operation} with what is not AWS's answer to it: check endpoint_url.`;
    return { failure: new ListingFailure("protocol", words, error) };
  }
}

async function listModels(client: BedrockClient, signal: AbortSignal): Promise<readonly FoundationModelSummary[]> {
  const { ListFoundationModelsCommand } = await import("@aws-sdk/client-bedrock");
  const answer = await client.send(new ListFoundationModelsCommand({}), { abortSignal: signal });
  return objects(answer.modelSummaries);
}

async function listProfiles(
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
    profiles.push(...objects(answer.inferenceProfileSummaries));
    nextToken = readText(answer.nextToken);
    if (nextToken === undefined) break;
  }
  return profiles;
}

/** The lists as they are asked about; undefined is one that is missing. */
function toListing(
  summaries: readonly FoundationModelSummary[] | undefined,
  system: readonly InferenceProfileSummary[] | undefined,
  own: readonly InferenceProfileSummary[] | undefined,
): Omit<Discovered, "failure"> {
  const profiles = new Set((system ?? []).filter(isActive).flatMap(({ inferenceProfileId: id }) => readText(id) ?? []));
  const callable = new Set((system ?? []).filter(isActive).flatMap((profile) => foundationBehind(profile) ?? []));
  const listed = (summaries ?? []).flatMap((summary) => {
    const id = readText(summary.modelId);
    return id === undefined ? [] : [{ ...summary, id, images: includes(summary.inputModalities, "IMAGE") }];
  });
  const onDemand = new Set(
    listed.filter((model) => includes(model.inferenceTypesSupported, "ON_DEMAND")).map(({ id }) => id),
  );
  const images = new Map(listed.map((model) => [model.id, model.images]));
  const summarised = listed.flatMap((model): ListedModel[] => {
    const { id, outputModalities, modelName } = model;
    if (!(onDemand.has(id) || callable.has(id))) return [];
    if ((Array.isArray(outputModalities) && !outputModalities.includes("TEXT")) || isForOthers(id)) return [];
    return [{ id: knownModel(id)?.id ?? id, name: readText(modelName) ?? id, foundation: id, images: model.images }];
  });
  const others = [...callable].filter((id) => !images.has(id) && !isForOthers(id));
  const unsummarised = others.map((id): ListedModel => {
    const called = (system ?? []).find((one) => isActive(one) && foundationBehind(one) === id);
    const name = readText(called?.inferenceProfileName)?.replace(geographyInName, "") ?? id;
    return { id: knownModel(id)?.id ?? id, name, foundation: id, images: undefined };
  });
  const made = (own ?? []).filter(isActive).flatMap((profile): ListedModel[] => {
    const arn = readText(profile.inferenceProfileArn);
    if (arn === undefined) return [];
    const foundation = foundationOf(readText(profile.models?.[0]?.modelArn) ?? arn);
    return [
      { id: arn, name: readText(profile.inferenceProfileName) ?? arn, foundation, images: images.get(foundation) },
    ];
  });
  return {
    profiles: system === undefined ? undefined : profiles,
    onDemand: summaries === undefined ? undefined : onDemand,
    models: [...summarised, ...unsummarised, ...made],
  };
}

/** What a profile of AWS's own leads to: the rest of its id, whatever geography that begins with. */
function foundationBehind({ inferenceProfileId, models }: InferenceProfileSummary): string | undefined {
  const id = readText(inferenceProfileId) ?? "";
  const foundation = foundationOf(readText(models?.[0]?.modelArn) ?? id);
  if (id.endsWith(`.${foundation}`)) return foundation;
  return isExact(id) ? foundationOf(id) : undefined;
}

/**
 * Models that Converse does not speak with, though AWS lists text as what some of them give: those that rank, watch films
 * or speak. Profiles do not say at all what their models give.
 */
function isForOthers(id: string): boolean {
  return /^(stability|twelvelabs)\.|embed|rerank|sonic/.test(id);
}

/** `EU Anthropic Claude …` */
const geographyInName = /^(us-gov|us|ca|eu|apac|jp|au|global)\s+/i;

function isActive({ status }: InferenceProfileSummary): boolean {
  return status === undefined || status === null || status === "ACTIVE";
}

/** What a service sent in place of a list. */
class Unreadable extends Error {}

/** The SDK checks no types: what stands in the list's place, and in it, may be anything. */
function objects<Item>(list: readonly Item[] | undefined): readonly Item[] {
  if (!Array.isArray(list)) throw new Unreadable("There is no list.");
  return (list as readonly Item[]).filter((item) => isObject(item));
}

function includes(list: unknown, word: string): boolean {
  return Array.isArray(list) && list.includes(word);
}
