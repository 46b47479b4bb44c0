import { readFileSync } from "node:fs";
import { isGatewayError } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { callableFrom, foundationOf, inferenceId, isExact, knownModel, type Listing } from "./inference-id.ts";
import { knownModels, tableDate } from "./known-models.ts";

function idOf(model: string, region: string, allowGlobal = false, listing?: Listing): string {
  try {
    return inferenceId({ gateway: "g", model, region, allowGlobal, listing });
  } catch (error) {
    if (isGatewayError(error) && error.code === "model-unavailable-in-region") return "refused";
    throw error;
  }
}

function refusalOf(model: string, region: string, allowGlobal = false, listing?: Listing): string {
  try {
    return `not refused: ${inferenceId({ gateway: "g", model, region, allowGlobal, listing })}`;
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

const sonnet45 = "anthropic.claude-sonnet-4-5-20250929-v1:0";

describe("a model and a region", () => {
  it.each([
    ["us-east-1", "us"],
    ["us-west-1", "us"],
    ["ca-central-1", "us"],
    ["eu-west-1", "eu"],
    ["eu-central-2", "eu"],
    ["ap-northeast-1", "jp"],
    ["ap-northeast-3", "jp"],
    ["ap-southeast-2", "au"],
    ["ap-southeast-4", "au"],
    ["us-gov-west-1", "us-gov"],
  ])("in %s become the regional profile %s.", (region, geography) => {
    expect(idOf("claude-sonnet-4-5", region)).toBe(`${geography}.${sonnet45}`);
    // By its id it is the same model.
    expect(idOf(sonnet45, region)).toBe(`${geography}.${sonnet45}`);
  });

  it("become the global profile where that is allowed, and the model has one there", () => {
    expect(idOf("claude-sonnet-4-5", "eu-west-1", true)).toBe(`global.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "sa-east-1", true)).toBe(`global.${sonnet45}`);
    expect(idOf("claude-opus-4-1", "us-east-1", true)).toBe("us.anthropic.claude-opus-4-1-20250805-v1:0");
    expect(idOf("claude-sonnet-4-5", "us-gov-west-1", true)).toBe(`us-gov.${sonnet45}`);
  });

  it.each([
    ["nova-lite", "ca-central-1", "ca.amazon.nova-lite-v1:0"],
    ["nova-pro", "ap-south-1", "apac.amazon.nova-pro-v1:0"],
    ["nova-pro", "me-central-1", "apac.amazon.nova-pro-v1:0"],
    ["nova-pro", "us-gov-west-1", "amazon.nova-pro-v1:0"],
    ["nova-2-lite", "ap-northeast-1", "jp.amazon.nova-2-lite-v1:0"],
    ["claude-sonnet-4", "ap-southeast-1", "apac.anthropic.claude-sonnet-4-20250514-v1:0"],
    ["claude-opus-4-5", "eu-west-1", "eu.anthropic.claude-opus-4-5-20251101-v1:0"],
    ["gpt-oss-120b", "us-west-2", "openai.gpt-oss-120b-1:0"],
    ["deepseek-v3-2", "eu-west-1", "deepseek.v3.2"],
  ])("such as %s in %s are %s", (model, region, id) => {
    expect(idOf(model, region)).toBe(id);
  });

  it("that do not go together are refused, with the regions that do", () => {
    expect(refusalOf("claude-opus-4-1", "eu-west-1")).toBe(
      `Gateway "g": "Claude Opus 4.1" is not available in eu-west-1, as of ${tableDate}. Regions that have it: ` +
        "us-east-1, us-east-2, us-west-2. If that is not true any more, put its id into available_models, which is sent as it is.",
    );
    expect(idOf("gpt-oss-120b", "us-gov-west-1")).toBe("refused");
  });

  it("that only go together around the world are refused until that is allowed: no model goes there silently", () => {
    for (const model of ["claude-fable-5", "claude-sonnet-5", "claude-sonnet-4-5"]) {
      const message = refusalOf(model, "sa-east-1");
      expect(message).toContain(
        'From sa-east-1 it can only be called through the global inference profile, which may answer from any region: set "allow_global" to true if that is acceptable.',
      );
      expect(message).toContain("Regions that have it: ");
      expect(idOf(model, "sa-east-1", true)).toBe(`global.${knownModel(model)?.modelId}`);
    }
    expect(idOf("claude-fable-5", "ap-southeast-2")).toBe("refused");
  });

  it("that opened after the table was written are guessed by name, and never around the world", () => {
    expect(idOf("claude-sonnet-4-5", "eu-west-9")).toBe(`eu.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "us-gov-south-1")).toBe(`us-gov.${sonnet45}`);
    expect(idOf("nova-pro", "ap-southeast-9")).toBe("apac.amazon.nova-pro-v1:0");
    expect(idOf("gpt-oss-120b", "xy-central-1")).toBe("openai.gpt-oss-120b-1:0");
    expect(idOf("claude-opus-4-1", "xy-central-1")).toBe("refused");
    expect(idOf("claude-sonnet-4-5", "ap-southeast-9", true)).toBe(`global.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "us-gov-south-1", true)).toBe(`us-gov.${sonnet45}`);
  });
});

describe("a region of a partition that the table knows nothing of", () => {
  it.each(["us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1", "eusc-de-east-1", "cn-north-1"])(
    "such as %s has no model of the table, wherever that runs",
    (region) => {
      for (const model of ["claude-sonnet-5", "nova-pro", "gpt-oss-120b", "deepseek-v3-2"]) {
        for (const allowGlobal of [true, false]) expect(idOf(model, region, allowGlobal)).toBe("refused");
      }
      // What AWS lists there, and names that nothing is known of, are another matter.
      const there = { profiles: new Set<string>(), onDemand: new Set(["deepseek.v3.2"]) };
      expect(idOf("deepseek-v3-2", region, false, there)).toBe("deepseek.v3.2");
      expect(idOf("acme.own-v1", region)).toBe("acme.own-v1");
    },
  );
});

describe("a name that says outright what is meant", () => {
  it.each([
    `global.${sonnet45}`,
    `eu.${sonnet45}`,
    "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123",
    "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-3-haiku",
    "acme.own-model-v1",
    "own-model",
  ])("%s is sent as it is, in every region", (name) => {
    for (const region of ["us-east-1", "eu-west-1", "us-gov-west-1", "af-south-1", "il-central-1", "mx-central-1"]) {
      for (const allowGlobal of [true, false]) expect(idOf(name, region, allowGlobal)).toBe(name);
    }
  });

  it("is an ARN or a profile's id", () => {
    expect([sonnet45, "claude-sonnet-4-5", "eu-model", "us.only"].map(isExact)).toEqual([false, false, false, false]);
    expect([`us-gov.${sonnet45}`, "arn:aws:bedrock:x"].map(isExact)).toEqual([true, true]);
  });
});

describe("what AWS lists", () => {
  const listing = (profiles: readonly string[], onDemand: readonly string[] = []): Listing => ({
    profiles: new Set(profiles),
    onDemand: new Set(onDemand),
  });

  it("wins over the table", () => {
    // A profile that the table does not know of, and one that it wrongly knows of.
    expect(idOf("claude-opus-4-1", "eu-west-1", false, listing(["eu.anthropic.claude-opus-4-1-20250805-v1:0"]))).toBe(
      "eu.anthropic.claude-opus-4-1-20250805-v1:0",
    );
    expect(idOf("claude-sonnet-4-5", "us-east-1", false, listing([`global.${sonnet45}`]))).toBe("refused");
    expect(refusalOf("claude-sonnet-4-5", "us-east-1", false, listing([`global.${sonnet45}`]))).toContain(
      'is not available in us-east-1, as AWS lists it. From us-east-1 it can only be called through the global inference profile, which may answer from any region: set "allow_global" to true',
    );
  });

  it("is not contradicted by the table: a region that it speaks of is not among those that have the model", () => {
    const message = refusalOf("claude-opus-5", "us-west-2", false, listing(["global.anthropic.claude-opus-5"]));
    expect(message).toContain(` Regions that had it as of ${tableDate}: ap-northeast-1, `);
    expect(message).not.toMatch(/, us-west-2[,.]/);
    expect(message).toContain(", us-east-1, us-east-2, us-west-1.");
  });

  it("is preferred in the order regional, global where allowed, and the model itself", () => {
    const all = listing([`eu.${sonnet45}`, `global.${sonnet45}`], [sonnet45]);
    expect(idOf("claude-sonnet-4-5", "eu-west-1", false, all)).toBe(`eu.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "eu-west-1", true, all)).toBe(`global.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "eu-west-1", false, listing([], [sonnet45]))).toBe(sonnet45);
  });

  it.each([
    ["ap-southeast-2", ["apac", "au"], "au"],
    ["ap-southeast-4", ["apac", "au"], "au"],
    ["ap-northeast-1", ["apac", "jp"], "jp"],
    ["ap-northeast-3", ["apac", "jp"], "jp"],
    ["ca-central-1", ["us", "ca"], "ca"],
    ["ca-west-1", ["us", "ca"], "ca"],
    ["ap-south-1", ["jp", "au", "apac"], "apac"],
    ["eu-west-1", ["us", "apac", "eu"], "eu"],
    ["ca-central-1", ["us", "eu"], "us"],
    ["il-central-1", ["eu"], "eu"],
  ])("is chosen by the region: of %s, from %j, the nearest", (region, prefixes, nearest) => {
    for (const id of ["acme.brain-v1:0", sonnet45]) {
      const there = listing(prefixes.map((prefix) => `${prefix}.${id}`));
      expect(idOf(id, region, false, there)).toBe(`${nearest}.${id}`);
    }
  });

  it("has geographies that the table does not know, which are no way around the world", () => {
    const there = listing(["xk.acme.brain-v1:0", `xk.${sonnet45}`, `global.${sonnet45}`]);
    for (const allowGlobal of [true, false]) {
      expect(idOf("acme.brain-v1:0", "xk-north-1", allowGlobal, there)).toBe("xk.acme.brain-v1:0");
    }
    expect(idOf("claude-sonnet-4-5", "xk-north-1", false, there)).toBe(`xk.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "xk-north-1", true, there)).toBe(`global.${sonnet45}`);
    expect(idOf("claude-sonnet-4-5", "eu-west-1", false, listing([`xk.${sonnet45}`, `eu.${sonnet45}`]))).toBe(
      `eu.${sonnet45}`,
    );
    expect(knownModel("xk.amazon.nova-pro-v1:0")?.id).toBe("nova-pro");
  });

  it("has models that the table does not know", () => {
    const there = listing(["us.acme.brain-v1:0", "global.acme.world-v1:0"], ["acme.small-v1"]);
    expect(idOf("acme.brain-v1:0", "us-east-1", false, there)).toBe("us.acme.brain-v1:0");
    expect(idOf("acme.small-v1", "us-east-1", false, there)).toBe("acme.small-v1");
    expect(idOf("acme.world-v1:0", "us-east-1", false, there)).toBe("refused");
    expect(idOf("acme.world-v1:0", "us-east-1", true, there)).toBe("global.acme.world-v1:0");
    // Nothing is known of it, and it is not listed: what it is, AWS will say.
    expect(idOf("my-endpoint", "us-east-1", false, there)).toBe("my-endpoint");
  });
});

describe("the table", () => {
  const regions = knownModels.flatMap(({ profiles = {}, inRegion = "" }) =>
    [...Object.values(profiles), inRegion].flatMap((list) => list.split(" ").filter((region) => region !== "")),
  );

  it("names each model once, by short names that are none of AWS's ids", () => {
    const names = knownModels.flatMap(({ id, modelId }) => [id, modelId]);
    expect(new Set(names).size).toBe(names.length);
    expect(knownModels.every(({ id, modelId }) => !id.includes(".") && /^[a-z]+\.[a-z0-9.:-]+$/.test(modelId))).toBe(
      true,
    );
  });

  it("has every model that a settings file of Zed's may name", () => {
    const names =
      "claude-fable-5 claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6 claude-opus-4-5 claude-opus-4-1 " +
      "claude-sonnet-5 claude-sonnet-4-6 claude-sonnet-4-5 claude-sonnet-4 claude-haiku-4-5 llama-4-scout-17b " +
      "llama-4-maverick-17b gemma-3-4b gemma-3-12b gemma-3-27b magistral-small mistral-large-3 pixtral-large " +
      "devstral-2-123b ministral-14b qwen3-32b qwen3-vl-235b qwen3-235b qwen3-next-80b qwen3-coder-30b qwen3-coder-next " +
      "qwen3-coder-480b nova-lite nova-pro nova-premier nova-2-lite gpt-oss-20b gpt-oss-120b nemotron-super-3-120b " +
      "nemotron-nano-3-30b minimax-m2 minimax-m2-1 minimax-m2-5 glm-5 glm-4-7 glm-4-7-flash kimi-k2-thinking kimi-k2-5 " +
      "deepseek-r1 deepseek-v3 deepseek-v3-2";
    expect(names.split(" ").filter((name) => knownModel(name)?.id !== name)).toEqual([]);
  });

  it("says where it is from, and as of when", () => {
    const file = readFileSync(new URL("./known-models.ts", import.meta.url), "utf8");
    expect(tableDate).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(file).toContain(` * As of ${tableDate}. Sources:\n`);
  });

  it("names regions as AWS does", () => {
    expect(regions.length).toBeGreaterThan(500);
    expect(regions.filter((region) => !/^[a-z]{2}(-gov)?-[a-z]+-\d$/.test(region))).toEqual([]);
  });

  it("has every model callable from somewhere, or leaves AWS to say", () => {
    const nowhere = knownModels.filter(
      (model) => callableFrom(model, true).length === 0 && model.inRegion !== undefined,
    );
    expect(nowhere).toEqual([]);
  });

  it("has a profile of one region in one geography only, the world's apart", () => {
    for (const { id, profiles = {} } of knownModels) {
      const { global: _, ...regional } = profiles;
      const all = Object.values(regional).flatMap((list) => list.split(" "));
      expect(new Set(all).size, id).toBe(all.length);
    }
  });

  it("is found by all names of a model", () => {
    for (const name of [
      "claude-sonnet-4-5",
      sonnet45,
      `us-gov.${sonnet45}`,
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${sonnet45}`,
      `arn:aws:bedrock:us-east-1::foundation-model/${sonnet45}`,
    ]) {
      expect(knownModel(name)?.id).toBe("claude-sonnet-4-5");
    }
    expect(knownModel("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc")).toBeUndefined();
    expect(foundationOf("apac.amazon.nova-pro-v1:0")).toBe("amazon.nova-pro-v1:0");
  });
});
