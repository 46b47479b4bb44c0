import { isGatewayError, type OpenContext } from "@waygate/core/plugin";

/**
 * Returns a credential that the plugin declares as required, or `undefined` if it is not configured: some requests, such as
 * one for a list of models, work without it. Rejects if the credential could not be looked up.
 */
export async function optionalCredential(
  { credential }: Pick<OpenContext<unknown>, "credential">,
  id: string,
): Promise<string | undefined> {
  try {
    return await credential(id);
  } catch (error) {
    // An error with a cause is about the lookup, such as a keychain that is locked.
    if (isGatewayError(error) && error.code === "credentials" && error.cause === undefined) return undefined;
    throw error;
  }
}
