import { callable, checkFields } from "../contract/input/checks.ts";
import { type Check, mismatch, throwFault, under } from "../contract/input/fault.ts";
import { isObject } from "../contract/json.ts";
import type { RegistryOptions } from "./types.ts";

/** What is wrong with a plugin is said when it is admitted. */
const plugins: Check = (value) =>
  Array.isArray(value)
    ? undefined
    : mismatch(value, "a list of plugins", isObject(value) ? "Put the plugin into a list." : "");

const settings: Check = (value) => {
  if (!isObject(value)) return mismatch(value, "an object");
  return isObject(value.language_models)
    ? mismatch(value, "the settings by the plugins' keys", 'Pass what is under "language_models".')
    : undefined;
};

const credentials: Check = (value) => {
  if (typeof value === "function") return undefined;
  const source = isObject(value) ? "fromEnvironment(variables)" : "({ credential }) => key";
  return mismatch(value, "a function", `Pass ${source}.`);
};

const object: Check = (value) => (isObject(value) ? undefined : mismatch(value, "an object"));

/** Numbers are checked where their defaults are filled in. */
const anything: Check = () => undefined;

const checks: Readonly<Record<keyof RegistryOptions, Check>> = {
  plugins,
  settings,
  credentials,
  transport: object,
  maxOpenStreams: anything,
  limits: object,
  store: object,
  contractAdapters: object,
  onNotice: callable,
};

/** Checks the options of `createRegistry`. Throws a `TypeError` that names the option, what it is and what to do. */
export function admitOptions(options: RegistryOptions): void {
  if (!isObject(options)) throwFault("createRegistry", under("options", mismatch(options, "an object")));
  const found = checkFields(options, checks, {}) ?? under("plugins", plugins(options.plugins));
  if (found !== undefined) throwFault("createRegistry", found);
}
