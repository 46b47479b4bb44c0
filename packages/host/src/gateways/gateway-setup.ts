import type { GatewayEntry } from "@waygate/core";
import type { CredentialStatus } from "../credentials/credentials.ts";

/** How far a person has come with a gateway. */
export interface GatewaySetup {
  readonly gateway: string;
  /**
   * `untouched`: nobody has done anything about it; plugins that make one gateway make it in any case. `refused`: its
   * settings are wrong. `key-missing`: a key that it needs is neither in the environment nor in the store. `ready`: it
   * has what it needs to be asked.
   */
  readonly state: "untouched" | "refused" | "key-missing" | "ready";
  readonly entry: GatewayEntry;
  readonly credentials: readonly CredentialStatus[];
}
