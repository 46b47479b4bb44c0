/** Where a request goes, and what the model there can do, as far as that decides what may be in it. Absent flags are false. */
export interface Recipient {
  /** The gateway's id. */
  readonly gateway: string;
  readonly model: string;
  /** Whether the model reads images. */
  readonly images?: boolean | undefined;
  /** Whether the model reads files. */
  readonly files?: boolean | undefined;
  /** Whether the model accepts tools, and so calls and results in its history. */
  readonly tools?: boolean | undefined;
  /** Whether tools may have arguments that are plain text. */
  readonly freeformTools?: boolean | undefined;
}
