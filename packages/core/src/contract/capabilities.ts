/** All capabilities that this core knows. `Capabilities` says what each of them means. */
export const capabilityNames = [
  "tools",
  "toolChoice",
  "freeformTools",
  "images",
  "files",
  "reasoning",
  "structuredOutput",
  "billedCost",
] as const;

export type Capability = (typeof capabilityNames)[number];

/**
 * The capabilities of a gateway, or of one of its models. A promise in both directions: what is true works, what is
 * absent or false is rejected before any request is made. Within contract 1 new flags may be added; a flag that a core
 * does not know has no effect there.
 */
export interface Capabilities {
  /** Accepts tools and calls them. @defaultValue false */
  readonly tools?: boolean | undefined;
  /** Can be told to call one certain tool, some tool, or none. @defaultValue false */
  readonly toolChoice?: boolean | undefined;
  /** Accepts tools whose arguments are text. Without it they are shown as functions with one parameter. @defaultValue false */
  readonly freeformTools?: boolean | undefined;
  /** Accepts images in user messages. @defaultValue false */
  readonly images?: boolean | undefined;
  /** Accepts files, such as PDF, in user messages. @defaultValue false */
  readonly files?: boolean | undefined;
  /** Can be asked to reason, with an effort or a budget. @defaultValue false */
  readonly reasoning?: boolean | undefined;
  /** Answers in a given JSON Schema. @defaultValue false */
  readonly structuredOutput?: boolean | undefined;
  /** Reports with each answer what it bills for it, so that a cost limit can rely on that. @defaultValue false */
  readonly billedCost?: boolean | undefined;
}
