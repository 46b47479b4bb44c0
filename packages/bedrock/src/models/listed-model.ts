import type { Capabilities, Model } from "@waygate/core/plugin";
import { FieldOrigins } from "@waygate/plugin-kit";
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

/**
 * Returns what is known of a model: from its settings, from AWS's list, and from the table and the other models of its
 * maker. Returns `undefined` if nothing but the name is known.
 */
export function modelOf(
  name: string,
  { settings, listed }: { readonly settings?: ModelSettings | undefined; readonly listed?: ListedModel | undefined },
): Model | undefined {
  const base = settings?.base_model ?? name;
  const known = knownModel(listed?.foundation ?? base);
  const foundation = listed?.foundation ?? foundationOf(base);
  if (!settings && !known && !listed && !isExact(base) && !isKnownFamily(base)) return undefined;
  const origins = new FieldOrigins();
  origins.record("id", settings ? "settings" : listed ? "gateway" : "default");
  const title = titleOf(base, known, listed);
  return {
    id: name,
    name: origins.choose("name", {
      settings: settings?.display_name,
      gateway: listed && title,
      default: known === undefined ? name : title,
    }),
    contextWindow: origins.choose("contextWindow", { settings: settings?.max_tokens, default: known?.context }),
    maxOutputTokens: origins.choose("maxOutputTokens", {
      settings: settings?.max_output_tokens,
      default: known?.output,
    }),
    capabilities: origins.chooseCapabilities({
      settings: settings && declared(settings),
      gateway: listed?.images === undefined ? undefined : { images: listed.images },
      default: { ...capabilitiesOfTable(known), ...familyCapabilities(familyOf(foundation), foundation) },
    }),
    constraints: familyOf(foundation).constraints,
    ...pricingOf(origins, settings),
    origin: origins.origin,
  };
}

/** AWS lists no prices with its models. */
function pricingOf(origins: FieldOrigins, settings: ModelSettings | undefined): Pick<Model, "pricing"> {
  const pricing = origins.choose("pricing", { settings: settings?.pricing });
  return pricing === undefined ? {} : { pricing };
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

function capabilitiesOfTable(known: KnownModel | undefined): Known {
  if (known === undefined) return {};
  const { takes } = known;
  return { tools: takes.includes("t"), images: takes.includes("i"), ...(takes.includes("d") && { files: true }) };
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
