import type { DialectName } from "@waygate/openai-compatible";

/** The dialect of each recorded service. Those that are spoken to plainly have none of their own. */
const dialectOfService: Readonly<Record<string, DialectName>> = {
  alibaba: "alibaba",
  anthropic: "anthropic",
  avian: "openai",
  "azure-ai": "azure-ai",
  "azure-openai": "azure",
  "bedrock-mantle": "openai",
  cerebras: "cerebras",
  cline: "openai",
  crusoe: "openai",
  deepseek: "deepseek",
  "demo-endpoints": "openai",
  "google-openai": "google",
  gpustack: "gpustack",
  groq: "groq",
  heroku: "openai",
  huggingface: "huggingface",
  "llama-cpp": "llama-cpp",
  "mirascope-router": "openai",
  mistral: "mistral",
  moonshotai: "moonshot",
  ollama: "ollama",
  "ollama-cloud": "ollama",
  openai: "openai",
  perplexity: "perplexity",
  "pydantic-ai-gateway": "openai",
  snowflake: "snowflake",
  together: "together",
  vllm: "vllm",
  xai: "xai",
  zai: "zai",
};

/** `openai-compatible:ollama` → `ollama` */
export function serviceOf(gateway: string): string {
  return gateway.slice(gateway.indexOf(":") + 1);
}

/** Throws for a service that is not in the table. */
export function dialectFor(gateway: string): DialectName {
  const dialect = dialectOfService[serviceOf(gateway)];
  if (dialect === undefined) throw new Error(`${gateway} has no dialect in the table.`);
  return dialect;
}
