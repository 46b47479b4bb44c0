import type { Capabilities, FieldOrigin, Model } from "@waygate/core/plugin";
import type { ModelSettings } from "../settings.ts";
import { type Family, familyOf, isKnownFamily } from "./family.ts";
import { foundationOf, isExact, knownModel } from "./inference-id.ts";
import type { KnownModel } from "./known-models.ts";

/** A model as AWS lists it. */
export interface ListedModel {
  readonly id: string;
  readonly name: string;
  /** The foundation model behind it. */
  readonly foundation: string;
  readonly images: boolean | undefined;
}

type Known = Partial<Capabilities>;

function titleOf(name: string, known: KnownModel | undefined, listed: ListedModel | undefined): string {
  // Profiles that an account has made carry a name that somebody there has chosen.
  if (known === undefined || (listed !== undefined && isExact(name))) return listed?.name ?? name;
  return isExact(name) ? `${known.name} (${prefixOf(name)})` : known.name;
}

/** The model of a name that no settings mention, as far as the table and its maker's other models tell. */
export function modelOf(name: string, listed?: ListedModel): Model | undefined {
  const known = knownModel(listed?.foundation ?? name);
  const foundation = listed?.foundation ?? foundationOf(name);
  if (known === undefined && listed === undefined && !isExact(name) && !isKnownFamily(name)) return undefined;
  const family = familyOf(foundation);
  const title = titleOf(name, known, listed);
  const capabilities = { ...takesOf(known, listed), ...familyCapabilities(family, foundation) };
  return {
    id: name,
    name: title,
    contextWindow: known?.context,
    maxOutputTokens: known?.output,
    capabilities,
    origin: originOf(listed === undefined ? "default" : "gateway", {
      id: true,
      name: true,
      contextWindow: known !== undefined && "default",
      maxOutputTokens: known?.output !== undefined && "default",
      capabilities: known !== undefined && "default",
    }),
  };
}

/** A model that the settings mention, each field theirs where they say it. */
export function modelOfSettings(settings: ModelSettings, listed?: ListedModel): Model {
  const { name, display_name, max_tokens, max_output_tokens } = settings;
  const base = modelOf(settings.base_model ?? name, listed);
  return {
    id: name,
    name: display_name ?? base?.name ?? name,
    contextWindow: max_tokens,
    maxOutputTokens: max_output_tokens ?? base?.maxOutputTokens,
    capabilities: { ...base?.capabilities, ...declared(settings) },
    pricing: base?.pricing,
    origin: {
      ...base?.origin,
      id: "settings",
      name: display_name === undefined ? (base?.origin.name ?? "default") : "settings",
      contextWindow: "settings",
      ...(max_output_tokens !== undefined && { maxOutputTokens: "settings" }),
      capabilities: Object.keys(declared(settings)).length > 0 ? "settings" : (base?.origin.capabilities ?? "default"),
    },
  };
}

function declared(settings: ModelSettings): Known {
  const { supports_tools, supports_images, supports_documents, thinking, mode } = settings;
  const thinks =
    mode !== undefined && mode.type !== "default" ? true : thinking === undefined ? undefined : thinking !== false;
  return {
    ...(supports_tools !== undefined && { tools: supports_tools }),
    ...(supports_images !== undefined && { images: supports_images }),
    ...(supports_documents !== undefined && { files: supports_documents }),
    ...(thinks !== undefined && { reasoning: thinks }),
  };
}

function takesOf(known: KnownModel | undefined, listed: ListedModel | undefined): Known {
  const images = listed?.images ?? known?.takes.includes("i");
  return {
    ...(known !== undefined && { tools: known.takes.includes("t") }),
    ...(images !== undefined && { images }),
    ...(known?.takes.includes("d") === true && { files: true }),
  };
}

function familyCapabilities(family: Family, foundation: string): Known {
  return {
    ...(isKnownFamily(foundation) && { reasoning: family.reasoning.kind !== "none" }),
    ...(family.toolChoice !== undefined && { toolChoice: family.toolChoice !== "auto" }),
    ...(family.structuredOutput !== undefined && { structuredOutput: family.structuredOutput }),
  };
}

function prefixOf(name: string): string {
  const tail = name.startsWith("arn:") ? name.slice(name.lastIndexOf("/") + 1) : name;
  const foundation = foundationOf(name);
  return tail === foundation ? "ARN" : tail.slice(0, tail.length - foundation.length - 1);
}

function originOf(
  origin: FieldOrigin,
  fields: Readonly<Record<string, boolean | FieldOrigin>>,
): Record<string, FieldOrigin> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, from]) => (from === false ? [] : [[field, from === true ? origin : from]])),
  );
}
