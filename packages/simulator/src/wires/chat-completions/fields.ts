import { RequestFailure } from "../../failure.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Refuses the request for what one of its fields holds. */
export function refuse(parameter: string, message: string): never {
  throw new RequestFailure(400, message, { code: "invalid_value", parameter });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readFields(value: unknown, parameter: string): Fields {
  return isFields(value) ? value : refuse(parameter, `'${parameter}' is to be an object.`);
}

export function readText(value: unknown, parameter: string): string {
  return typeof value === "string" && value !== ""
    ? value
    : refuse(parameter, `'${parameter}' is to be a string that is not empty.`);
}

/** Absent and null are the same to OpenAI's API. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

export function readBoolean(value: unknown, parameter: string, fallback: boolean): boolean {
  if (isAbsent(value)) return fallback;
  return typeof value === "boolean" ? value : refuse(parameter, `'${parameter}' is to be true or false.`);
}
