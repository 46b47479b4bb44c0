/**
 * The models on Bedrock, and from where each can be called. Read it as a table: a line for a model, and under it the
 * regions that may call it by itself (`inRegion`) or through a cross-region inference profile (`profiles`).
 *
 * As of 2026-07-02. Sources:
 * - AWS, "Supported Regions and models for inference profiles" and "Supported foundation models in Amazon Bedrock"
 *   (docs.aws.amazon.com/bedrock/latest/userguide), as of 2025-12 and 2026-02: source regions, regions of single models.
 * - models.dev (MIT), Amazon Bedrock, as of 2026-07-02: newer models, their profiles, limits.
 * - The Zed editor's table (crates/bedrock/src/models.rs, 2026): the short names. Where it disagrees with AWS, AWS is
 *   followed: there is an EU profile of Opus 4.5, and none for APAC of Sonnet 4.5, Haiku 4.5 and Nova 2 Lite; the US
 *   profiles of Claude from 4.5 on can be called from ca-central-1, and none of them from sa-east-1.
 *
 * What AWS itself lists at run time wins over all of this, where the credentials may ask.
 */
export const tableDate = "2026-07-02";

export type Geography = "us" | "us-gov" | "ca" | "eu" | "apac" | "jp" | "au" | "global";

/** Names of regions, separated by spaces. */
type Regions = string;

export interface KnownModel {
  /** How settings and requests may name it. */
  readonly id: string;
  /** How Bedrock names it. */
  readonly modelId: string;
  readonly name: string;
  /** Tokens of input and output together. */
  readonly context: number;
  readonly output?: number;
  /** `t` tools, `i` images, `d` documents. */
  readonly takes: string;
  readonly profiles?: Readonly<Partial<Record<Geography, Regions>>>;
  /** Regions that serve it without a profile. Empty: none. Absent: not known, so that AWS is left to say. */
  readonly inRegion?: Regions;
}

const us = "us-east-1 us-east-2 us-west-1 us-west-2";
const usThree = "us-east-1 us-east-2 us-west-2";
const usCanada = `ca-central-1 ${us}`;
const eu = "eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3";
const euSix = "eu-central-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-3";
const jp = "ap-northeast-1 ap-northeast-3";
const au = "ap-southeast-2 ap-southeast-4";
const govCloud = "us-gov-east-1 us-gov-west-1";
const apac =
  "ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 " +
  "ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 me-central-1";
const apacNova =
  "ap-east-2 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 " +
  "ap-southeast-5 ap-southeast-7 me-central-1";
/** The commercial regions that call the global profiles of Claude 4.5. */
const world =
  "af-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 " +
  "ap-southeast-3 ap-southeast-4 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 " +
  "eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 " +
  "us-west-1 us-west-2";
/** Those that call the global profiles of what came later. */
const wholeWorld = `${world} ap-east-2 ap-southeast-5 ap-southeast-7`;
const open = "ap-northeast-1 ap-south-1 sa-east-1 us-east-1 us-east-2 us-west-2";
const openEurope = `${open} eu-south-1 eu-west-1 eu-west-2`;
const openMore = `${openEurope} ap-southeast-3 eu-central-1 eu-north-1`;

const million = 1_000_000;

/* biome-ignore format: one line a model, one line for its regions. */
export const knownModels: readonly KnownModel[] = [
  { id: "claude-opus-5", modelId: "anthropic.claude-opus-5", name: "Claude Opus 5", context: million, output: 128_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, global: wholeWorld }, inRegion: "" },
  { id: "claude-fable-5", modelId: "anthropic.claude-fable-5", name: "Claude Fable 5", context: million, output: 128_000, takes: "tid",
    profiles: { us: usCanada, eu, global: wholeWorld }, inRegion: "" },
  { id: "claude-sonnet-5", modelId: "anthropic.claude-sonnet-5", name: "Claude Sonnet 5", context: million, output: 128_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, global: wholeWorld }, inRegion: "" },
  { id: "claude-opus-4-8", modelId: "anthropic.claude-opus-4-8", name: "Claude Opus 4.8", context: million, output: 128_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, global: wholeWorld }, inRegion: "" },
  { id: "claude-opus-4-7", modelId: "anthropic.claude-opus-4-7", name: "Claude Opus 4.7", context: million, output: 128_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, global: wholeWorld }, inRegion: "" },
  { id: "claude-opus-4-6", modelId: "anthropic.claude-opus-4-6-v1", name: "Claude Opus 4.6", context: million, output: 128_000, takes: "tid",
    profiles: { us: usCanada, eu, au, global: wholeWorld }, inRegion: "" },
  { id: "claude-sonnet-4-6", modelId: "anthropic.claude-sonnet-4-6", name: "Claude Sonnet 4.6", context: million, output: 64_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, global: wholeWorld }, inRegion: "" },
  { id: "claude-opus-4-5", modelId: "anthropic.claude-opus-4-5-20251101-v1:0", name: "Claude Opus 4.5", context: 200_000, output: 64_000, takes: "tid",
    profiles: { us: usCanada, eu, global: world }, inRegion: "" },
  { id: "claude-sonnet-4-5", modelId: "anthropic.claude-sonnet-4-5-20250929-v1:0", name: "Claude Sonnet 4.5", context: 200_000, output: 64_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, "us-gov": govCloud, global: world }, inRegion: "" },
  { id: "claude-haiku-4-5", modelId: "anthropic.claude-haiku-4-5-20251001-v1:0", name: "Claude Haiku 4.5", context: 200_000, output: 64_000, takes: "tid",
    profiles: { us: usCanada, eu, jp, au, global: world }, inRegion: "" },
  { id: "claude-opus-4-1", modelId: "anthropic.claude-opus-4-1-20250805-v1:0", name: "Claude Opus 4.1", context: 200_000, output: 32_000, takes: "tid",
    profiles: { us: usThree }, inRegion: "" },
  { id: "claude-sonnet-4", modelId: "anthropic.claude-sonnet-4-20250514-v1:0", name: "Claude Sonnet 4", context: 200_000, output: 64_000, takes: "tid",
    profiles: { us, eu: `${euSix} il-central-1`, apac, global: "ap-northeast-1 eu-west-1 us-east-1 us-east-2 us-west-2" }, inRegion: "" },

  { id: "nova-2-lite", modelId: "amazon.nova-2-lite-v1:0", name: "Nova 2 Lite", context: 300_000, output: 64_000, takes: "tid",
    profiles: { us: `ca-west-1 ${usCanada}`, eu: euSix, jp: "ap-northeast-1",
      global: "ap-east-2 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 " +
        "ca-central-1 ca-west-1 eu-central-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 us-east-1 us-east-2 us-west-1 us-west-2" },
    inRegion: "" },
  { id: "nova-premier", modelId: "amazon.nova-premier-v1:0", name: "Nova Premier", context: million, output: 10_000, takes: "tid",
    profiles: { us: usThree }, inRegion: "" },
  { id: "nova-pro", modelId: "amazon.nova-pro-v1:0", name: "Nova Pro", context: 300_000, output: 10_000, takes: "tid",
    profiles: { us, eu: `il-central-1 ${euSix}`, apac: apacNova },
    inRegion: "ap-southeast-2 ap-southeast-3 eu-west-2 me-central-1 us-east-1 us-gov-west-1" },
  { id: "nova-lite", modelId: "amazon.nova-lite-v1:0", name: "Nova Lite", context: 300_000, output: 10_000, takes: "tid",
    profiles: { us, ca: "ca-central-1 ca-west-1", eu: `il-central-1 ${euSix}`, apac: apacNova },
    inRegion: "ap-northeast-1 ap-southeast-2 ap-southeast-3 eu-north-1 eu-west-2 me-central-1 us-east-1 us-gov-west-1" },
  { id: "nova-micro", modelId: "amazon.nova-micro-v1:0", name: "Nova Micro", context: 128_000, output: 10_000, takes: "t",
    profiles: { us: usThree, eu: `il-central-1 ${euSix}`, apac: apacNova },
    inRegion: "ap-southeast-2 eu-west-2 us-east-1 us-gov-west-1" },

  { id: "llama-4-maverick-17b", modelId: "meta.llama4-maverick-17b-instruct-v1:0", name: "Llama 4 Maverick 17B", context: 128_000, output: 8_192, takes: "tid",
    profiles: { us }, inRegion: "" },
  { id: "llama-4-scout-17b", modelId: "meta.llama4-scout-17b-instruct-v1:0", name: "Llama 4 Scout 17B", context: 128_000, output: 8_192, takes: "tid",
    profiles: { us }, inRegion: "" },
  { id: "gemma-3-27b", modelId: "google.gemma-3-27b-it", name: "Gemma 3 27B", context: 128_000, output: 8_192, takes: "i", inRegion: openEurope },
  { id: "gemma-3-12b", modelId: "google.gemma-3-12b-it", name: "Gemma 3 12B", context: 128_000, output: 8_192, takes: "i", inRegion: openEurope },
  { id: "gemma-3-4b", modelId: "google.gemma-3-4b-it", name: "Gemma 3 4B", context: 128_000, output: 4_096, takes: "i", inRegion: openEurope },

  { id: "mistral-large-3", modelId: "mistral.mistral-large-3-675b-instruct", name: "Mistral Large 3", context: 256_000, output: 8_192, takes: "ti", inRegion: open },
  { id: "magistral-small", modelId: "mistral.magistral-small-2509", name: "Magistral Small", context: 128_000, output: 40_000, takes: "ti", inRegion: open },
  { id: "pixtral-large", modelId: "mistral.pixtral-large-2502-v1:0", name: "Pixtral Large", context: 128_000, output: 8_192, takes: "ti",
    profiles: { us: usThree, eu: "eu-central-1 eu-north-1 eu-west-1 eu-west-3" }, inRegion: "" },
  { id: "devstral-2-123b", modelId: "mistral.devstral-2-123b", name: "Devstral 2 123B", context: 256_000, output: 131_072, takes: "t" },
  { id: "ministral-14b", modelId: "mistral.ministral-3-14b-instruct", name: "Ministral 14B", context: 256_000, output: 131_072, takes: "t", inRegion: openEurope },

  { id: "qwen3-235b", modelId: "qwen.qwen3-235b-a22b-2507-v1:0", name: "Qwen3 235B", context: 262_144, output: 131_072, takes: "t",
    inRegion: "ap-northeast-1 ap-south-1 ap-southeast-3 eu-central-1 eu-north-1 eu-south-1 eu-west-2 us-east-2 us-west-2" },
  { id: "qwen3-32b", modelId: "qwen.qwen3-32b-v1:0", name: "Qwen3 32B", context: 128_000, output: 16_384, takes: "t", inRegion: openMore },
  { id: "qwen3-vl-235b", modelId: "qwen.qwen3-vl-235b-a22b", name: "Qwen3 VL 235B", context: 262_000, takes: "ti", inRegion: openEurope },
  { id: "qwen3-next-80b", modelId: "qwen.qwen3-next-80b-a3b", name: "Qwen3 Next 80B", context: 262_000, takes: "t", inRegion: openEurope },
  { id: "qwen3-coder-30b", modelId: "qwen.qwen3-coder-30b-a3b-v1:0", name: "Qwen3 Coder 30B", context: 262_144, output: 131_072, takes: "t", inRegion: openMore },
  { id: "qwen3-coder-480b", modelId: "qwen.qwen3-coder-480b-a35b-v1:0", name: "Qwen3 Coder 480B", context: 131_072, output: 65_536, takes: "t",
    inRegion: "ap-northeast-1 ap-south-1 ap-southeast-3 eu-north-1 eu-west-2 us-east-2 us-west-2" },
  { id: "qwen3-coder-next", modelId: "qwen.qwen3-coder-next", name: "Qwen3 Coder Next", context: 131_072, output: 65_536, takes: "t" },

  { id: "gpt-oss-120b", modelId: "openai.gpt-oss-120b-1:0", name: "gpt-oss 120B", context: 128_000, output: 16_384, takes: "t", inRegion: openMore },
  { id: "gpt-oss-20b", modelId: "openai.gpt-oss-20b-1:0", name: "gpt-oss 20B", context: 128_000, output: 16_384, takes: "t", inRegion: openMore },
  { id: "deepseek-r1", modelId: "deepseek.r1-v1:0", name: "DeepSeek R1", context: 128_000, output: 32_768, takes: "td",
    profiles: { us: usThree }, inRegion: "" },
  { id: "deepseek-v3", modelId: "deepseek.v3-v1:0", name: "DeepSeek V3.1", context: 163_840, output: 81_920, takes: "t",
    inRegion: "ap-northeast-1 ap-south-1 ap-southeast-3 eu-north-1 eu-west-2 us-east-2 us-west-2" },
  { id: "deepseek-v3-2", modelId: "deepseek.v3.2", name: "DeepSeek V3.2", context: 163_840, output: 81_920, takes: "t" },
  { id: "kimi-k2-5", modelId: "moonshotai.kimi-k2.5", name: "Kimi K2.5", context: 262_143, output: 16_000, takes: "ti" },
  { id: "kimi-k2-thinking", modelId: "moonshot.kimi-k2-thinking", name: "Kimi K2 Thinking", context: 262_143, output: 16_000, takes: "t", inRegion: open },
  { id: "minimax-m2-5", modelId: "minimax.minimax-m2.5", name: "MiniMax M2.5", context: 196_608, output: 98_304, takes: "t" },
  { id: "minimax-m2-1", modelId: "minimax.minimax-m2.1", name: "MiniMax M2.1", context: 204_800, output: 131_072, takes: "t" },
  { id: "minimax-m2", modelId: "minimax.minimax-m2", name: "MiniMax M2", context: 204_608, output: 128_000, takes: "t", inRegion: openEurope },
  { id: "glm-5", modelId: "zai.glm-5", name: "GLM 5", context: 202_752, output: 101_376, takes: "t" },
  { id: "glm-4-7", modelId: "zai.glm-4.7", name: "GLM 4.7", context: 204_800, output: 131_072, takes: "t" },
  { id: "glm-4-7-flash", modelId: "zai.glm-4.7-flash", name: "GLM 4.7 Flash", context: 200_000, output: 131_072, takes: "t" },
  { id: "nemotron-super-3-120b", modelId: "nvidia.nemotron-super-3-120b", name: "Nemotron 3 Super 120B", context: 262_144, output: 131_072, takes: "t" },
  { id: "nemotron-nano-3-30b", modelId: "nvidia.nemotron-nano-3-30b", name: "Nemotron 3 Nano 30B", context: 262_144, output: 131_072, takes: "t" },
];

/**
 * The geographies of a region, the narrowest first: where a model has profiles of several, what is asked stays as near
 * as it can. The first pattern that matches counts.
 */
export const geographiesByName: readonly (readonly [RegExp, readonly [Geography, ...Geography[]]])[] = [
  [/^us-gov-/, ["us-gov"]],
  [/^(us|sa)-(?!iso)/, ["us"]],
  [/^ca-/, ["ca", "us"]],
  [/^eu-(?!iso)/, ["eu"]],
  [/^ap-northeast-[13]$/, ["jp", "apac"]],
  [/^ap-southeast-[24]$/, ["au", "apac"]],
  [/^(ap|me)-/, ["apac"]],
];

/** Regions of partitions that nothing here is known of: AWS has other models there, and other ways to them. */
export const unknownPartition = /^(cn-|eusc-|[a-z]+-iso)/;
