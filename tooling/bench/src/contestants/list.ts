import { existsSync, readFileSync } from "node:fs";
import type { Wire } from "../wire.ts";

/** Where a contestant's code and packages are. */
export interface Contestant {
  readonly id: string;
  readonly title: string;
  readonly wire: Wire;
  /** Default-exports an `OpenClient`. */
  readonly module: URL;
  /** What a program imports to do the same. Named in the report with their versions. */
  readonly packages: readonly string[];
  /** The folder that has them in its `node_modules`. */
  readonly folder: URL;
  /** Whether it is installed only on demand, so that its absence is no failure. */
  readonly peer: boolean;
}

const bench = new URL("../../", import.meta.url);
const peers = new URL("peers/", bench);

/** The first of each wire is its yardstick. */
export const contestants: readonly Contestant[] = [
  {
    id: "floor",
    title: "floor B",
    wire: "chat-completions",
    module: new URL("./chat-completions/floor.ts", import.meta.url),
    packages: ["undici", "eventsource-parser"],
    folder: bench,
    peer: false,
  },
  {
    id: "waygate",
    title: "Waygate",
    wire: "chat-completions",
    module: new URL("./chat-completions/waygate.ts", import.meta.url),
    packages: ["@waygate/core", "@waygate/openai-compatible"],
    folder: bench,
    peer: false,
  },
  {
    id: "openai",
    title: "openai SDK",
    wire: "chat-completions",
    module: new URL("openai.ts", peers),
    packages: ["openai"],
    folder: peers,
    peer: true,
  },
  {
    id: "ai-sdk",
    title: "AI SDK",
    wire: "chat-completions",
    module: new URL("ai-sdk.ts", peers),
    packages: ["ai", "@ai-sdk/openai-compatible"],
    folder: peers,
    peer: true,
  },
  {
    id: "aws-sdk",
    title: "AWS SDK",
    wire: "converse",
    module: new URL("./converse/aws-sdk.ts", import.meta.url),
    packages: ["@aws-sdk/client-bedrock-runtime", "@smithy/node-http-handler"],
    folder: bench,
    peer: false,
  },
  {
    id: "frame-reader",
    title: "frame reader",
    wire: "converse",
    module: new URL("./converse/floor.ts", import.meta.url),
    packages: ["undici"],
    folder: bench,
    peer: false,
  },
  {
    id: "waygate-bedrock",
    title: "Waygate",
    wire: "converse",
    module: new URL("./converse/waygate.ts", import.meta.url),
    packages: ["@waygate/core", "@waygate/bedrock"],
    folder: bench,
    peer: false,
  },
  {
    id: "ai-sdk-bedrock",
    title: "AI SDK",
    wire: "converse",
    module: new URL("ai-sdk-bedrock.ts", peers),
    packages: ["ai", "@ai-sdk/amazon-bedrock"],
    folder: peers,
    peer: true,
  },
];

/** Whom the others of a wire are compared with. */
export function yardstickOf(wire: Wire): Contestant {
  const found = contestants.find((contestant) => contestant.wire === wire);
  if (found === undefined) throw new Error(`the wire ${wire} has no contestants`);
  return found;
}

export function isInstalled(contestant: Contestant): boolean {
  return contestant.packages.every((name) => existsSync(manifest(contestant, name)));
}

export function versionsOf(contestant: Contestant): string {
  return contestant.packages.map((name) => `${name} ${versionOf(contestant, name)}`).join(", ");
}

function versionOf(contestant: Contestant, name: string): string {
  return (JSON.parse(readFileSync(manifest(contestant, name), "utf8")) as { version: string }).version;
}

function manifest(contestant: Contestant, name: string): URL {
  return new URL(`node_modules/${name}/package.json`, contestant.folder);
}
