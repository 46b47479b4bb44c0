import type { CheckResult, GatewayEntry, GatewayError } from "@waygate/core";
import type { CredentialStatus } from "../credentials/credentials.ts";
import type { PluginInfo } from "../discovery/plugins.ts";
import type { ModelListing } from "../models/models.ts";
import type { LastError } from "./last-errors.ts";
import type { ProbeResult } from "./probe.ts";

/** Everything there is to say about one gateway. Plain data but for the errors; never a key. */
export interface GatewayReport {
  readonly gateway: string;
  readonly name: string;
  /** Whether all that was looked at is as it should be. */
  readonly ok: boolean;
  readonly entry: GatewayEntry;
  readonly plugin: PluginInfo | undefined;
  readonly credentials: readonly CredentialStatus[];
  /** Undefined for a gateway that is refused. */
  readonly models: ModelListing | undefined;
  /** What the plugin itself found out: method, region, credit. */
  readonly facts: CheckResult["facts"];
  /** Why the plugin's own check failed, if it did. */
  readonly checkError: GatewayError | undefined;
  /** The last failure of a request, of this program or of one in the week before; undefined where there was none. */
  readonly lastError: LastError | undefined;
  /** Undefined where none was asked for. */
  readonly probe: ProbeResult | undefined;
}

export interface DiagnoseOptions {
  /** Only this gateway. Default: all. */
  readonly gateway?: string | undefined;
  /** Ask for the list of models anew. Default: false. */
  readonly refresh?: boolean | undefined;
  /**
   * Have a model call a tool, in real and at the usual price. A text names the model; `true` takes that of the settings
   * or the first that takes tools. Default: false.
   */
  readonly probe?: boolean | string | undefined;
  readonly signal?: AbortSignal | undefined;
}
