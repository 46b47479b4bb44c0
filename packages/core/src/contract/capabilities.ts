/**
 * What a gateway, or one of its models, can do. A promise in both directions: what is true works, what is false is
 * refused before any request is made.
 */
export interface Capabilities {
  /** Takes tools and calls them. */
  readonly tools: boolean;
  /** Can be told to call one certain tool, some tool, or none. */
  readonly toolChoice: boolean;
  /** Takes images in user messages. */
  readonly images: boolean;
  /** Takes files, such as PDF, in user messages. */
  readonly files: boolean;
  /** Can be asked to think, with an effort or a budget. */
  readonly reasoning: boolean;
  /** Answers in a given JSON Schema. */
  readonly structuredOutput: boolean;
}

export type Capability = keyof Capabilities;
