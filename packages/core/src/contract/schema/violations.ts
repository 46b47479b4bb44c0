import { isObject, type JsonValue } from "../json.ts";
import { defaultLimits } from "../limits.ts";
import { Faults, Place, type SchemaIssue, shown } from "./faults.ts";
import { areEqual, canonicalText } from "./json-equality.ts";
import { Pattern } from "./pattern.ts";
import { resolveReference } from "./reference.ts";
import { CheckGivenUp, StepBudget } from "./step-budget.ts";

/**
 * Checks a value against a JSON Schema (draft 2020-12, the keywords that tools are described with; others are ignored,
 * as the specification asks). Returns what is wrong, in words that a model can act on; empty if all is well.
 *
 * Neither the value nor the schema can make it run for long, or fail: `steps` limits the whole check. If it is given up,
 * the value is refused with that. What a schema itself has wrong is not held against a value: a reference to nothing or
 * to itself, and a pattern that is not one, that needs backtracking (back references) or that is too large, are ignored.
 *
 * @param steps Default: `defaultLimits.schemaSteps`.
 */
export function violations(value: JsonValue, schema: unknown, steps = defaultLimits.schemaSteps): readonly string[] {
  const faults = check(value, schema, steps);
  return typeof faults === "string" ? [`the value ${faults}`] : faults.texts();
}

/** Checks a value as `violations` does, and returns what is wrong with the place of each fault apart from its words. */
export function schemaIssues(
  value: JsonValue,
  schema: unknown,
  steps = defaultLimits.schemaSteps,
): readonly SchemaIssue[] {
  const faults = check(value, schema, steps);
  return typeof faults === "string" ? [{ path: [], message: faults }] : faults.issues();
}

/** Returns what was found wrong, or why the check was given up. */
function check(value: JsonValue, schema: unknown, steps: number): Faults | string {
  try {
    return new SchemaCheck(schema, new StepBudget(steps)).faultsOf(value, schema, new Place(), 0);
  } catch (error) {
    if (error instanceof CheckGivenUp) return error.message;
    throw error;
  }
}

/** The values of an `enum`, ready to be compared with. */
interface Options {
  readonly plain: ReadonlySet<unknown>;
  readonly others: readonly unknown[];
}

const noFaults = new Faults();

/** One check of one value. */
class SchemaCheck {
  readonly #root: unknown;
  readonly #budget: StepBudget;
  readonly #references = new Map<string, unknown>();
  readonly #patterns = new Map<string, Pattern | undefined>();
  readonly #options = new Map<readonly unknown[], Options>();
  /** The places of lists and objects. Each is looked at with the same schema once, however many ways lead there. */
  readonly #places = new Map<unknown, Place>();

  constructor(root: unknown, budget: StepBudget) {
    this.#root = root;
    this.#budget = budget;
  }

  faultsOf(value: JsonValue, schema: unknown, place: Place, depth: number): Faults {
    this.#budget.enter(depth);
    if (schema === false) return Faults.of(place, () => "is not allowed");
    if (!isObject(schema)) return noFaults;
    const known = place.seen.get(schema);
    if (known !== undefined) return known;
    // Met again before it is done, the schema refers to itself, which adds nothing.
    place.seen.set(schema, noFaults);
    const faults = new Faults();
    if (typeof schema.$ref === "string") {
      faults.addAll(this.faultsOf(value, this.#resolve(schema.$ref), place, depth + 1));
    }
    if (this.#checkType(value, schema.type, place, faults)) {
      this.#checkValue(value, schema, place, faults);
      if (typeof value === "string") this.#checkText(value, schema, place, faults);
      else if (typeof value === "number") checkNumber(value, schema, place, faults);
      else if (Array.isArray(value)) this.#checkArray(value, schema, place, depth, faults);
      else if (isObject(value)) this.#checkObject(value, schema, place, depth, faults);
      this.#checkCombinations(value, schema, place, depth, faults);
    }
    place.seen.set(schema, faults);
    return faults;
  }

  #checkType(value: JsonValue, type: unknown, place: Place, faults: Faults): boolean {
    if (typeof type !== "string" && !Array.isArray(type)) return true;
    const types = typeof type === "string" ? [type] : type;
    this.#budget.spend(types.length / 8);
    if (types.length === 0 || types.some((name) => isOfType(value, name))) return true;
    faults.add(place, () => `must be ${types.join(" or ")}, not ${typeName(value)}`);
    return false;
  }

  #resolve(reference: string): unknown {
    if (!this.#references.has(reference)) this.#references.set(reference, resolveReference(reference, this.#root));
    return this.#references.get(reference);
  }

  #checkValue(value: JsonValue, schema: Record<string, unknown>, place: Place, faults: Faults): void {
    const { enum: options, const: only } = schema;
    if (Array.isArray(options) && !this.#isOneOf(value, options)) {
      faults.add(place, () => `must be one of ${shown(options)}`);
    }
    if (only !== undefined && !areEqual(only, value, this.#budget)) {
      faults.add(place, () => `must be ${shown(only)}`);
    }
  }

  #isOneOf(value: JsonValue, list: readonly unknown[]): boolean {
    let options = this.#options.get(list);
    if (options === undefined) {
      this.#budget.spend(list.length);
      const isPlain = (option: unknown) => typeof option !== "object" || option === null;
      options = { plain: new Set(list.filter(isPlain)), others: list.filter((option) => !isPlain(option)) };
      this.#options.set(list, options);
    }
    if (typeof value !== "object" || value === null) return options.plain.has(value);
    return options.others.some((option) => areEqual(option, value, this.#budget));
  }

  #checkText(value: string, schema: Record<string, unknown>, place: Place, faults: Faults): void {
    const { minLength, maxLength, pattern } = schema;
    const least = typeof minLength === "number" ? minLength : 0;
    const most = typeof maxLength === "number" ? maxLength : Number.POSITIVE_INFINITY;
    // Characters as the specification counts them: code points, not UTF-16 units, of which each has one or two.
    const isCounted = value.length > most || (value.length >= least && value.length / 2 < least);
    if (isCounted) this.#budget.spendText(value);
    const length = isCounted ? countCharacters(value) : value.length;
    if (length < least) faults.add(place, () => `must have at least ${minLength} characters`);
    if (length > most) faults.add(place, () => `must have at most ${maxLength} characters`);
    if (typeof pattern === "string" && !this.#matches(value, pattern)) {
      faults.add(place, () => `must match ${pattern}`);
    }
  }

  /** Whether a text matches a pattern, or there is no way to tell. */
  #matches(text: string, source: string): boolean {
    if (!this.#patterns.has(source)) {
      this.#budget.spendText(source);
      this.#patterns.set(source, Pattern.read(source));
    }
    return this.#patterns.get(source)?.matches(text, this.#budget) ?? true;
  }

  #checkArray(
    value: readonly JsonValue[],
    schema: Record<string, unknown>,
    place: Place,
    depth: number,
    faults: Faults,
  ): void {
    const { minItems, maxItems, uniqueItems, items } = schema;
    const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
    if (typeof minItems === "number" && value.length < minItems) {
      faults.add(place, () => `must have at least ${minItems} items`);
    }
    if (typeof maxItems === "number" && value.length > maxItems) {
      faults.add(place, () => `must have at most ${maxItems} items`);
    }
    if (uniqueItems === true) {
      const texts = new Set(value.map((item) => canonicalText(item, this.#budget)));
      if (texts.size < value.length) faults.add(place, () => "must not repeat an item");
    }
    if (items === undefined && prefix.length === 0) return;
    for (const [index, item] of value.entries()) {
      const rule = index < prefix.length ? prefix[index] : items;
      faults.addAll(this.faultsOf(item, rule, this.#inside(place, index, item), depth + 1));
    }
  }

  #checkObject(
    value: Record<string, unknown>,
    schema: Record<string, unknown>,
    place: Place,
    depth: number,
    faults: Faults,
  ): void {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
    const required = Array.isArray(schema.required) ? schema.required : [];
    this.#budget.spend(required.length + patterns.length);
    for (const key of required) {
      if (typeof key !== "string" || Object.hasOwn(value, key)) continue;
      faults.add(new Place(place, key), () => "is missing");
    }
    for (const key of Object.keys(value)) {
      this.#budget.spend(1 + patterns.length);
      const item = value[key] as JsonValue;
      const inside = this.#inside(place, key, item);
      const rules = patterns.filter(([pattern]) => this.#matches(key, pattern)).map(([, rule]) => rule);
      if (Object.hasOwn(properties, key)) rules.push(properties[key]);
      else if (rules.length === 0 && schema.additionalProperties === false) {
        faults.add(inside, () => `is unknown; known are: ${Object.keys(properties).join(", ") || "none"}`);
      } else if (rules.length === 0) rules.push(schema.additionalProperties);
      for (const rule of rules) faults.addAll(this.faultsOf(item, rule, inside, depth + 1));
    }
  }

  /** The place of an item. A text or a number has a new one each time, as nothing more can be inside it. */
  #inside(place: Place, key: string | number, item: JsonValue): Place {
    if (typeof item !== "object" || item === null) return new Place(place, key);
    const inside = this.#places.get(item) ?? new Place(place, key);
    this.#places.set(item, inside);
    return inside;
  }

  #checkCombinations(
    value: JsonValue,
    schema: Record<string, unknown>,
    place: Place,
    depth: number,
    faults: Faults,
  ): void {
    const faultsOf = (option: unknown) => this.faultsOf(value, option, place, depth + 1);
    for (const option of Array.isArray(schema.allOf) ? schema.allOf : []) faults.addAll(faultsOf(option));
    if (Array.isArray(schema.anyOf)) {
      const attempts = schema.anyOf.map(faultsOf);
      if (!attempts.some(({ count }) => count === 0)) faults.addClosest(attempts);
    }
    if (Array.isArray(schema.oneOf)) {
      const attempts = schema.oneOf.map(faultsOf);
      const fitting = attempts.filter(({ count }) => count === 0).length;
      if (fitting === 0) faults.addClosest(attempts);
      if (fitting > 1) faults.add(place, () => `fits ${fitting} of the alternatives, but must fit exactly one`);
    }
    if (schema.not !== undefined && faultsOf(schema.not).count === 0) faults.add(place, () => "is not allowed");
  }
}

function isOfType(value: JsonValue, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  return type === typeName(value);
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function checkNumber(value: number, schema: Record<string, unknown>, place: Place, faults: Faults): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number" && value < minimum) faults.add(place, () => `must be at least ${minimum}`);
  if (typeof maximum === "number" && value > maximum) faults.add(place, () => `must be at most ${maximum}`);
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    faults.add(place, () => `must be more than ${exclusiveMinimum}`);
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    faults.add(place, () => `must be less than ${exclusiveMaximum}`);
  }
  if (typeof multipleOf === "number" && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    faults.add(place, () => `must be a multiple of ${multipleOf}`);
  }
}

/** 0.3 is a multiple of 0.1, whatever floating point makes of it. */
function isMultiple(value: number, unit: number): boolean {
  const quotient = value / unit;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}
