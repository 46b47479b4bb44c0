import { describeValue } from "../../contract/describe-value.ts";
import { checkFields } from "../../contract/input/checks.ts";
import { throwFault } from "../../contract/input/fault.ts";
import { isObject } from "../../contract/json.ts";
import { foreignOptions } from "./foreign-options.ts";
import { modelRefs, stepFormat, stepOptionChecks } from "./option-checks.ts";

const checks = { ...stepOptionChecks, responseFormat: stepFormat, targets: modelRefs };
const targets = "Use targets: [{ gateway, model }].";
const renamed = { ...foreignOptions, gateway: targets, model: targets, fallbacks: targets };

/** Checks what `prepareStep` returned. Throws a `TypeError` that names the change, the value and what to do. */
export function admitStepChanges(changes: unknown): void {
  if (changes === undefined) return;
  if (!isObject(changes)) {
    throw new TypeError(
      `prepareStep: it returned ${describeValue(changes)}. Return an object with changes, or nothing.`,
    );
  }
  const found = checkFields(changes, checks, renamed);
  if (found !== undefined) throwFault("prepareStep", found);
}
