import { supportedContracts } from "./features.ts";
import { isObject } from "./json.ts";
import { hasJsonSchema, isStandardSchema, jsonSchemaRemedy } from "./standard-schema.ts";

/** The fields of a definition, before anything is known about them. */
export type DefinitionFields = { readonly [Field in keyof typeof fields]?: unknown };

const fields = {
  id: true,
  name: true,
  contract: true,
  settingsKey: true,
  instances: true,
  settings: true,
  credentials: true,
  capabilities: true,
  gatewayOptions: true,
  address: true,
  open: true,
};

/** Throws a `TypeError` that names the field and what to write if a definition is wrong. */
export function requireDefinition(definition: DefinitionFields): void {
  for (const field of ["id", "name", "settingsKey"] as const) {
    const value = definition[field];
    if (typeof value !== "string" || value === "") {
      throw new TypeError(`definePlugin: "${field}" must be a text that is not empty.`);
    }
  }
  const wrong = (field: string, expected: string) =>
    new TypeError(`definePlugin: "${field}" of ${String(definition.id)} must be ${expected}.`);
  const { contract, instances, capabilities, credentials } = definition;
  if (!supportedContracts.some((known) => known === contract)) {
    throw wrong(
      "contract",
      `the number ${supportedContracts.join(" or ")}, written as a literal, not ${String(contract)}`,
    );
  }
  if (instances !== undefined && instances !== "one" && instances !== "map") {
    throw wrong("instances", `"one" or "map", not ${JSON.stringify(instances)}`);
  }
  if (capabilities !== undefined && !isObject(capabilities)) {
    throw wrong("capabilities", "an object of flags, such as { tools: true }");
  }
  for (const [name, value] of Object.entries((capabilities ?? {}) as object)) {
    if (value !== undefined && typeof value !== "boolean") throw wrong(`capabilities.${name}`, "true or false");
  }
  if (credentials !== undefined && typeof credentials !== "function") requireCredentials(credentials, wrong);
  for (const field of ["open", "address"] as const) {
    if (field === "address" && definition.address === undefined) continue;
    if (typeof definition[field] !== "function") {
      throw wrong(field, field === "open" ? "a function that returns a gateway" : "a function that returns an address");
    }
  }
  for (const field of ["settings", "gatewayOptions"] as const) requireSchema(definition[field], field, wrong);
}

type Wrong = (field: string, expected: string) => TypeError;

function requireCredentials(credentials: unknown, wrong: Wrong): void {
  if (!Array.isArray(credentials)) throw wrong("credentials", "a list, or a function that returns one");
  for (const [index, credential] of credentials.entries()) {
    const { id, label, env } = Object(credential) as Readonly<Record<string, unknown>>;
    if (typeof id !== "string" || typeof label !== "string" || !Array.isArray(env)) {
      throw wrong(`credentials[${index}]`, "an object with the texts `id` and `label` and the list `env`");
    }
  }
}

function requireSchema(schema: unknown, field: string, wrong: Wrong): void {
  if (schema === undefined || hasJsonSchema(schema)) return;
  const remedy = isStandardSchema(schema) ? jsonSchemaRemedy(schema) : "Zod, arktype and valibot make such schemas.";
  throw wrong(field, `a Standard Schema that has a JSON Schema. ${remedy.replace(/\.$/, "")}`);
}
