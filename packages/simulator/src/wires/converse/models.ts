import { RequestFailure } from "../../failure.ts";
import type { ListedModel } from "../../models.ts";
import { idOf } from "./guardrail.ts";
import { readControl } from "./paths.ts";

const GEOGRAPHIES = /^(us|eu|apac|jp|au|ca|us-gov|global)\.(?=[\w-]+\.)/;

/** Answers what a client asks of Bedrock's control plane: models, inference profiles and guardrails. */
export function controlPlane(models: readonly ListedModel[], path: string): unknown {
  const { resource, id, query } = readControl(path);
  if (resource === "foundation-models") return { modelSummaries: foundationModels(models) };
  if (resource === "guardrails") return guardrail(id ?? "", query);
  return id === undefined ? listProfiles(models, query.get("type") ?? "SYSTEM_DEFINED") : getProfile(models, id);
}

/** Whose id is bare can be called as it is; the others are reached through their profile only. */
function foundationModels(models: readonly ListedModel[]): readonly unknown[] {
  const callable = new Set(models.map(({ id }) => id).filter((id) => profileType(id) === undefined));
  const named = models.flatMap((model) => {
    const id = profileType(model.id) === "APPLICATION" ? undefined : foundationOf(model.id);
    return id === undefined ? [] : [{ ...model, id }];
  });
  return [...new Map(named.map((model) => [model.id, model])).values()].map((model) => ({
    modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${model.id}`,
    modelId: model.id,
    modelName: model.name,
    providerName: "Waygate",
    inputModalities: ["TEXT", "IMAGE"],
    outputModalities: ["TEXT"],
    responseStreamingSupported: true,
    inferenceTypesSupported: callable.has(model.id) ? ["ON_DEMAND"] : ["INFERENCE_PROFILE"],
    modelLifecycle: { status: "ACTIVE" },
    ...model.extra,
  }));
}

function listProfiles(models: readonly ListedModel[], type: string): unknown {
  return { inferenceProfileSummaries: models.filter(({ id }) => profileType(id) === type).map(toProfile) };
}

function getProfile(models: readonly ListedModel[], id: string): unknown {
  const model = models.find((candidate) => candidate.id === id && profileType(id) !== undefined);
  if (model === undefined) throw new RequestFailure(404, `There is no inference profile '${id}' here.`);
  return toProfile(model);
}

function toProfile(model: ListedModel): unknown {
  const { id, name, extra } = model;
  const isOwn = profileType(id) === "APPLICATION";
  const arn = isOwn ? id : `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${id}`;
  return {
    inferenceProfileName: name,
    inferenceProfileArn: arn,
    inferenceProfileId: isOwn ? idOf(id) : id,
    models: [{ modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${foundationOf(id)}` }],
    status: "ACTIVE",
    type: profileType(id),
    ...extra,
  };
}

function profileType(id: string): "SYSTEM_DEFINED" | "APPLICATION" | undefined {
  if (id.includes(":application-inference-profile/")) return "APPLICATION";
  return GEOGRAPHIES.test(id) ? "SYSTEM_DEFINED" : undefined;
}

function foundationOf(id: string): string {
  return idOf(id).replace(GEOGRAPHIES, "");
}

/** Every guardrail is there, except one that is called missing. */
function guardrail(identifier: string, query: URLSearchParams): unknown {
  const guardrailId = idOf(identifier);
  if (guardrailId === "missing") throw new RequestFailure(404, `There is no guardrail '${identifier}' here.`);
  return {
    name: "simulator",
    guardrailId,
    guardrailArn: `arn:aws:bedrock:us-east-1:123456789012:guardrail/${guardrailId}`,
    version: query.get("guardrailVersion") ?? "DRAFT",
    status: "READY",
    blockedInputMessaging: "The guardrail of the simulator keeps this back.",
    blockedOutputsMessaging: "The guardrail of the simulator keeps this back.",
    createdAt: "2025-01-01T00:00:00Z",
    updatedAt: "2025-01-01T00:00:00Z",
  };
}
