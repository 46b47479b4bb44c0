/** All capabilities that a gateway can declare. `Capabilities` says what each of them means. */
export const capabilityNames = ["tools", "toolChoice", "images", "files", "reasoning", "structuredOutput"] as const;

export type Capability = (typeof capabilityNames)[number];

/**
 * What a gateway, or one of its models, can do. A promise in both directions: what is true works, what is false is
 * rejected before any request is made.
 */
export interface Capabilities {
  /** Accepts tools and calls them. */
  readonly tools: boolean;
  /** Can be told to call one certain tool, some tool, or none. */
  readonly toolChoice: boolean;
  /** Accepts images in user messages. */
  readonly images: boolean;
  /** Accepts files, such as PDF, in user messages. */
  readonly files: boolean;
  /** Can be asked to think, with an effort or a budget. */
  readonly reasoning: boolean;
  /** Answers in a given JSON Schema. */
  readonly structuredOutput: boolean;
}
