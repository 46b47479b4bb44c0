import { didYouMean, GatewayError } from "@waygate/core/plugin";
import {
  type Geography,
  geographiesByName,
  type KnownModel,
  knownModels,
  tableDate,
  unknownPartition,
} from "./known-models.ts";

const geographies: readonly Geography[] = ["us", "us-gov", "ca", "eu", "apac", "jp", "au", "global"];
const profilePrefix = /^(us|us-gov|ca|eu|apac|jp|au|uk|global)\.(?=[a-z0-9-]+\.)/;

/** What AWS itself says there is, in one region. Where it does not say, which is undefined, the table does. */
export interface Listing {
  /** Ids of the inference profiles that can be called. */
  readonly profiles: ReadonlySet<string> | undefined;
  /** Ids of the models that can be called without a profile. */
  readonly onDemand: ReadonlySet<string> | undefined;
}

export interface Question {
  readonly gateway: string;
  /** As the request names it. */
  readonly model: string;
  readonly region: string;
  readonly allowGlobal: boolean;
  /** Undefined where AWS may not be asked. It is preferred over the table. */
  readonly listing: Listing | undefined;
}

const byName = new Map(knownModels.flatMap((model) => [[model.id, model] as const, [model.modelId, model] as const]));
const regionsOfTable = new Set(knownModels.flatMap((model) => regionsOf(model)));

/** The model of the table that a name stands for: its short name, its id, its profiles' ids, an ARN that holds one. */
export function knownModel(name: string): KnownModel | undefined {
  return byName.get(foundationOf(name));
}

/** Whether a name is one of the table's short ones. */
export function isShortName(name: string): boolean {
  return knownModels.some((model) => model.id === name);
}

/** `anthropic.claude-x` of `eu.anthropic.claude-x`, or of an ARN that ends in either; other names stay as they are. */
export function foundationOf(name: string): string {
  const tail = name.startsWith("arn:") ? name.slice(name.lastIndexOf("/") + 1) : name;
  const rest = tail.slice(tail.indexOf(".") + 1);
  // A prefix that came after those of the table is told by what it stands before.
  return byName.get(rest)?.modelId === rest ? rest : tail.replace(profilePrefix, "");
}

/** Whether a name says outright what is to be sent: an ARN, or the id of a profile. */
export function isExact(name: string): boolean {
  return name.startsWith("arn:") || profilePrefix.test(name);
}

/**
 * The id under which a model is called from a region: a regional profile, the global one where that is allowed, or the
 * model itself. Throws a `GatewayError` of code `model-unavailable-in-region`, before anything is sent, for a
 * combination that does not exist; nothing is ever sent around the world that was not allowed to be.
 */
export function inferenceId(question: Question): string {
  const { model: name, region, allowGlobal } = question;
  if (isExact(name)) return name;
  const known = byName.get(name);
  const id = known?.modelId ?? name;
  const there = geographiesOfModel(id, known, question);
  const geography = choose(there, allowGlobal);
  if (geography !== undefined) return `${geography}.${id}`;
  const onDemand = question.listing?.onDemand;
  if (onDemand === undefined ? known !== undefined && runsIn(region, known) : onDemand.has(id)) return id;
  // Neither listed nor known: custom names, marketplace endpoints and what else there may be.
  if (known === undefined && there.length === 0) return id;
  const model = known ?? { id, modelId: id, name: id, context: 0, takes: "" };
  throw unavailable(question, model, there.includes("global"));
}

/** Did you mean …: the region of the table that a misspelt one was probably meant to be; empty where there is none. */
export function regionMeant(region: string): string {
  return regionsOfTable.has(region) ? "" : didYouMean(region, regionsOfTable);
}

/** The same for a model's name. */
export function modelMeant(name: string): string {
  return byName.has(name) ? "" : didYouMean(name, byName.keys());
}

/** The regions that are known to call a model in some way; those of the global profile only where it is allowed. */
export function callableFrom(model: KnownModel, allowGlobal: boolean): readonly string[] {
  const { global, ...regional } = model.profiles ?? {};
  const lists = [...Object.values(regional), model.inRegion ?? "", allowGlobal ? (global ?? "") : ""];
  return [...new Set(lists.flatMap(split))].sort();
}

function geographiesOfModel(
  id: string,
  known: KnownModel | undefined,
  { region, listing }: Question,
): readonly string[] {
  const profiles = listing?.profiles;
  if (profiles === undefined) return known === undefined ? [] : geographiesFrom(known, region);
  const listed = ranked(region).filter((geography) => profiles.has(`${geography}.${id}`));
  return [...listed, ...newGeographies(profiles, id)];
}

/** Those of a model that AWS has profiles for and the table has no word for: what AWS lists can be called. */
function newGeographies(profiles: ReadonlySet<string>, id: string): readonly string[] {
  const prefixes = [...profiles].flatMap((one) => (one.endsWith(`.${id}`) ? [one.slice(0, -id.length - 1)] : []));
  return prefixes.filter((prefix) => !geographies.some((known) => known === prefix) && !prefix.includes("."));
}

/** Whether a region is known, or likely, to serve a model without a profile. */
function runsIn(region: string, { inRegion }: KnownModel): boolean {
  if (unknownPartition.test(region)) return false;
  // A region that opened after the table was written may well have what runs in single regions.
  const isNew = inRegion !== "" && !regionsOfTable.has(region);
  return inRegion === undefined || isNew || includes(inRegion, region);
}

function choose(there: readonly string[], allowGlobal: boolean): string | undefined {
  if (allowGlobal && there.includes("global")) return "global";
  return there.find((geography) => geography !== "global");
}

function geographiesFrom(model: KnownModel, region: string): readonly Geography[] {
  const profiles = model.profiles ?? {};
  if (!regionsOfTable.has(region)) {
    const guess = geographiesOf(region)[0];
    const worldly = guess !== undefined && guess !== "us-gov";
    return geographies.filter((one) => one in profiles && (one === guess || (one === "global" && worldly)));
  }
  return ranked(region).filter((geography) => includes(profiles[geography] ?? "", region));
}

/** All geographies, those of the region first. */
function ranked(region: string): readonly Geography[] {
  return [...new Set([...geographiesOf(region), ...geographies])];
}

function geographiesOf(region: string): readonly Geography[] {
  return geographiesByName.find(([pattern]) => pattern.test(region))?.[1] ?? [];
}

/** `global`: there is a global profile. */
function unavailable(question: Question, model: KnownModel, global: boolean): GatewayError {
  const { gateway, region, allowGlobal } = question;
  const listed = question.listing?.profiles !== undefined;
  // Of its own region AWS knows better than the table.
  const regions = callableFrom(model, allowGlobal).filter((one) => !listed || one !== region);
  const have = listed ? `had it as of ${tableDate}` : "have it";
  const regional = regions.length === 0 ? "" : ` Regions that ${have}: ${regions.join(", ")}.`;
  const setting =
    global && !allowGlobal
      ? ` From ${region} it can only be called through the global inference profile, which may answer from any region: ` +
        `set "allow_global" to true if that is acceptable.`
      : "";
  const source = listed ? ", as AWS lists it" : `, as of ${tableDate}`;
  return new GatewayError(
    `Gateway "${gateway}": "${model.name}" is not available in ${region}${source}.${setting}${regional} ` +
      "If that is not true any more, put its id into available_models, which is sent as it is.",
    { gateway, code: "model-unavailable-in-region" },
  );
}

function regionsOf(model: KnownModel): readonly string[] {
  return [...Object.values(model.profiles ?? {}), model.inRegion ?? ""].flatMap(split);
}

function includes(regions: string, region: string): boolean {
  return split(regions).includes(region);
}

function split(regions: string): readonly string[] {
  return regions.split(" ").filter((region) => region !== "");
}
