import type { GatewayPlugin } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";

/** The gateways that the program comes with. One more is one line here, and its package among the dependencies. */
export const plugins: readonly GatewayPlugin[] = [openaiCompatible];
