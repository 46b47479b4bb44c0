import { existsSync, readFileSync } from "node:fs";

/** Where a contestant's code and packages are. */
export interface Contestant {
  readonly id: string;
  readonly title: string;
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

export const floor: Contestant = {
  id: "floor",
  title: "floor B",
  module: new URL("./floor.ts", import.meta.url),
  packages: ["undici", "eventsource-parser"],
  folder: bench,
  peer: false,
};

export const contestants: readonly Contestant[] = [
  floor,
  {
    id: "waygate",
    title: "Waygate",
    module: new URL("./waygate.ts", import.meta.url),
    packages: ["@waygate/core", "@waygate/openai-compatible"],
    folder: bench,
    peer: false,
  },
  {
    id: "openai",
    title: "openai SDK",
    module: new URL("openai.ts", peers),
    packages: ["openai"],
    folder: peers,
    peer: true,
  },
  {
    id: "ai-sdk",
    title: "AI SDK",
    module: new URL("ai-sdk.ts", peers),
    packages: ["ai", "@ai-sdk/openai-compatible"],
    folder: peers,
    peer: true,
  },
];

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
