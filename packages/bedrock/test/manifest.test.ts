import { readFileSync } from "node:fs";
import bedrock from "@waygate/bedrock";
import { expect, it } from "vitest";

it("the manifest says what the plugin says, so that hosts need not load it to know", () => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { id, name, settingsKey, contract } = bedrock;
  const credentials = bedrock.credentials(id);
  expect((JSON.parse(text) as { waygate: unknown }).waygate).toEqual({ id, name, settingsKey, contract, credentials });
});
