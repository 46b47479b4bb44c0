import { isObject, type JsonValue } from "../contract/json.ts";

/**
 * Checks a value against a JSON Schema (draft 2020-12, the keywords that tools are described with; others are ignored,
 * as the specification asks). Returns what is wrong, in words that a model can act on; empty where all is well.
 */
export function violations(value: JsonValue, schema: unknown): readonly string[] {
  const found: string[] = [];
  check(value, schema, schema, "", found);
  return found.slice(0, 8);
}

type Faults = string[];

function check(value: JsonValue, schema: unknown, root: unknown, path: string, faults: Faults): void {
  if (schema === false) faults.push(`${at(path)} is not allowed`);
  if (!isObject(schema)) return;
  if (typeof schema.$ref === "string") check(value, resolve(schema.$ref, root), root, path, faults);
  if (!checkType(value, schema.type, path, faults)) return;
  checkValue(value, schema, path, faults);
  if (typeof value === "string") checkText(value, schema, path, faults);
  else if (typeof value === "number") checkNumber(value, schema, path, faults);
  else if (Array.isArray(value)) checkArray(value, schema, root, path, faults);
  else if (isObject(value)) checkObject(value, schema, root, path, faults);
  checkCombinations(value, schema, root, path, faults);
}

function checkType(value: JsonValue, type: unknown, path: string, faults: Faults): boolean {
  const types = Array.isArray(type) ? type : typeof type === "string" ? [type] : [];
  if (types.length === 0 || types.some((name) => isOfType(value, name))) return true;
  faults.push(`${at(path)} must be ${types.join(" or ")}, not ${typeName(value)}`);
  return false;
}

function isOfType(value: JsonValue, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  return type === typeName(value);
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function checkValue(value: JsonValue, schema: Record<string, unknown>, path: string, faults: Faults): void {
  if (Array.isArray(schema.enum)) {
    const text = canonical(value);
    if (!schema.enum.some((option) => canonical(option) === text)) {
      faults.push(`${at(path)} must be one of ${JSON.stringify(schema.enum)}`);
    }
  }
  if (schema.const !== undefined && canonical(schema.const) !== canonical(value)) {
    faults.push(`${at(path)} must be ${JSON.stringify(schema.const)}`);
  }
}

/** A text that is the same for equal values: the order of an object's keys means nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function checkText(value: string, schema: Record<string, unknown>, path: string, faults: Faults): void {
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === "number" && countCharacters(value) < minLength) {
    faults.push(`${at(path)} must have at least ${minLength} characters`);
  }
  if (typeof maxLength === "number" && countCharacters(value) > maxLength) {
    faults.push(`${at(path)} must have at most ${maxLength} characters`);
  }
  if (typeof pattern === "string" && !matches(value, pattern)) {
    faults.push(`${at(path)} must match ${pattern}`);
  }
}

/** Characters as the specification counts them: code points, not UTF-16 units. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Patterns are Unicode ones, but many are written in the older, laxer syntax. What is neither is not held against a text. */
function matches(text: string, pattern: string): boolean {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags).test(text);
    } catch {
      // Not of this syntax.
    }
  }
  return true;
}

function checkNumber(value: number, schema: Record<string, unknown>, path: string, faults: Faults): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number" && value < minimum) faults.push(`${at(path)} must be at least ${minimum}`);
  if (typeof maximum === "number" && value > maximum) faults.push(`${at(path)} must be at most ${maximum}`);
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    faults.push(`${at(path)} must be more than ${exclusiveMinimum}`);
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    faults.push(`${at(path)} must be less than ${exclusiveMaximum}`);
  }
  if (typeof multipleOf === "number" && !isMultiple(value, multipleOf)) {
    faults.push(`${at(path)} must be a multiple of ${multipleOf}`);
  }
}

/** 0.3 is a multiple of 0.1, whatever floating point makes of it. */
function isMultiple(value: number, unit: number): boolean {
  const quotient = value / unit;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function checkArray(
  value: readonly JsonValue[],
  schema: Record<string, unknown>,
  root: unknown,
  path: string,
  faults: Faults,
): void {
  const { minItems, maxItems, uniqueItems, items } = schema;
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  if (typeof minItems === "number" && value.length < minItems) {
    faults.push(`${at(path)} must have at least ${minItems} items`);
  }
  if (typeof maxItems === "number" && value.length > maxItems) {
    faults.push(`${at(path)} must have at most ${maxItems} items`);
  }
  if (uniqueItems === true && new Set(value.map(canonical)).size < value.length) {
    faults.push(`${at(path)} must not repeat an item`);
  }
  value.forEach((item, index) => {
    check(item, index < prefix.length ? prefix[index] : items, root, `${path}[${index}]`, faults);
  });
}

function checkObject(
  value: Record<string, unknown>,
  schema: Record<string, unknown>,
  root: unknown,
  path: string,
  faults: Faults,
): void {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  for (const key of Array.isArray(schema.required) ? schema.required : []) {
    if (typeof key === "string" && !Object.hasOwn(value, key)) faults.push(`${at(join(path, key))} is missing`);
  }
  for (const key of Object.keys(value)) {
    const rules = patterns.filter(([pattern]) => matches(key, pattern)).map(([, rule]) => rule);
    if (Object.hasOwn(properties, key)) rules.push(properties[key]);
    else if (rules.length === 0 && schema.additionalProperties === false) {
      const names = Object.keys(properties).join(", ");
      faults.push(`${at(join(path, key))} is unknown; known are: ${names || "none"}`);
    } else if (rules.length === 0) rules.push(schema.additionalProperties);
    for (const rule of rules) check(value[key] as JsonValue, rule, root, join(path, key), faults);
  }
}

function checkCombinations(
  value: JsonValue,
  schema: Record<string, unknown>,
  root: unknown,
  path: string,
  faults: Faults,
): void {
  const faultsOf = (option: unknown) => {
    const found: Faults = [];
    check(value, option, root, path, found);
    return found;
  };
  for (const option of Array.isArray(schema.allOf) ? schema.allOf : []) faults.push(...faultsOf(option));
  if (Array.isArray(schema.anyOf)) {
    const attempts = schema.anyOf.map(faultsOf);
    if (!attempts.some((attempt) => attempt.length === 0)) faults.push(closest(attempts));
  }
  if (Array.isArray(schema.oneOf)) {
    const attempts = schema.oneOf.map(faultsOf);
    const fitting = attempts.filter((attempt) => attempt.length === 0).length;
    if (fitting === 0) faults.push(closest(attempts));
    if (fitting > 1) faults.push(`${at(path)} fits ${fitting} of the alternatives, but must fit exactly one`);
  }
  if (schema.not !== undefined && faultsOf(schema.not).length === 0) faults.push(`${at(path)} is not allowed`);
}

/** The complaint of the alternative that came nearest. */
function closest(attempts: readonly Faults[]): string {
  const [best] = [...attempts].sort((a, b) => a.length - b.length);
  return best?.join(", ") ?? "no alternative is allowed";
}

/** A reference within the same schema, such as `#/$defs/point`. Others are not followed. */
function resolve(reference: string, root: unknown): unknown {
  if (reference !== "#" && !reference.startsWith("#/")) return undefined;
  let target = root;
  for (const segment of reference.split("/").slice(1)) {
    const key = decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(target)) target = target[Number(key)];
    else if (isObject(target) && Object.hasOwn(target, key)) target = target[key];
    else return undefined;
  }
  return target;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function at(path: string): string {
  return path === "" ? "the value" : `"${path}"`;
}
