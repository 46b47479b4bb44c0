import { type Capabilities, capabilityNames, type FieldOrigin } from "@waygate/core/plugin";

/** What each source says about one field. `undefined`: nothing. */
export interface Sources<Value> {
  readonly settings?: Value | undefined;
  /** The list of the service. */
  readonly gateway?: Value | undefined;
  readonly default?: Value | undefined;
}

/** Sources in the order in which they count. */
const order = ["settings", "gateway", "default"] as const satisfies readonly FieldOrigin[];

/** Chooses the value of each field of a model, and records which source it comes from, for `Model.origin`. */
export class FieldOrigins {
  readonly #origin: Record<string, FieldOrigin> = {};

  /** The origins recorded so far. */
  get origin(): Readonly<Record<string, FieldOrigin>> {
    return this.#origin;
  }

  /** Returns the value of the first source that has one: settings before the service's list, and that before the default. */
  choose<Value>(field: string, sources: Sources<Value> & { readonly default: Value }): Value;
  choose<Value>(field: string, sources: Sources<Value>): Value | undefined;
  choose<Value>(field: string, sources: Sources<Value>): Value | undefined {
    for (const origin of order) {
      const value = sources[origin];
      if (value === undefined) continue;
      this.#origin[field] = origin;
      return value;
    }
    return undefined;
  }

  /** Records the origin of a field that has only one source, such as the id. */
  record(field: string, origin: FieldOrigin): void {
    this.#origin[field] = origin;
  }

  /** Chooses each capability for itself, under its own name, such as `capabilities.tools`. */
  chooseCapabilities(sources: Sources<Partial<Capabilities>>): Partial<Capabilities> {
    const chosen: { -readonly [Name in keyof Capabilities]?: boolean } = {};
    for (const name of capabilityNames) {
      const value = this.choose(`capabilities.${name}`, {
        settings: sources.settings?.[name],
        gateway: sources.gateway?.[name],
        default: sources.default?.[name],
      });
      if (value !== undefined) chosen[name] = value;
    }
    return chosen;
  }
}
