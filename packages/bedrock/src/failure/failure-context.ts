/** What is known of a request that failed, for messages. */
export interface FailureContext {
  readonly gateway: string;
  /** As the request named it. */
  readonly model: string;
  /** As it was sent. */
  readonly modelId: string;
  readonly region: string;
  /** The IAM action that the request needs. */
  readonly action: string;
  /** Says the command that renews the credentials in use, where there is one. */
  readonly refresh: () => string | undefined;
  readonly guardrail: string | undefined;
  /** The regions that are known to have the model; empty where none is known. */
  readonly regions: readonly string[];
  /** Blotted out wherever AWS's words repeat them. */
  readonly secrets: readonly string[];
}
