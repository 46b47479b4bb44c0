import { GatewayError, isGatewayError } from "@waygate/core/plugin";
import { type ListedModel, readList } from "./listed-model.ts";

export interface ListPlaces {
  /** The gateway's id, for errors. */
  readonly gateway: string;
  /** Where the list may be, in this order. */
  readonly paths: readonly string[];
  readonly getJson: (path: string, signal: AbortSignal) => Promise<unknown>;
}

/** Returns the first list that can be read. Rejects with the failure of the last place if there is none. */
export async function fetchList(
  { gateway, paths, getJson }: ListPlaces,
  signal: AbortSignal,
): Promise<readonly ListedModel[]> {
  let failure: unknown;
  for (const path of paths) {
    try {
      const models = readList(await getJson(path, signal));
      if (models !== undefined) return models;
      const words = `Gateway "${gateway}" answered ${path} with something that is not a list of models.`;
      failure = new GatewayError(words, { gateway, code: "protocol" });
    } catch (error) {
      if (signal.aborted || !isGatewayError(error) || !isAboutThePlace(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Whether a failure says that the list is not at this place, so that it may be at another. */
function isAboutThePlace({ code, status }: GatewayError): boolean {
  if (code === "protocol") return true;
  return status !== undefined && status !== 401 && status !== 429;
}
