import { afterAll, beforeAll, expect, test } from "vitest";
import { addTally, expected } from "../src/answer.ts";
import { casesOf, closingAnswer } from "../src/cases.ts";
import openFloor from "../src/contestants/chat-completions/floor.ts";
import openAwsSdk from "../src/contestants/converse/aws-sdk.ts";
import openFrameReader from "../src/contestants/converse/floor.ts";
import { startServer } from "../src/server/server.ts";

let running: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  running = await startServer("quick");
});

afterAll(() => {
  running.server.close();
  running.server.closeAllConnections();
});

test.each(casesOf("chat-completions", "quick"))("$id: all that the server sends is read", async (what) => {
  const client = await openFloor(`${running.origin}/chat-completions/${what.id}/v1`);
  const once = expected(what.answer);
  if (what.steps === undefined) expect(await client.answer(true)).toEqual(once);
  else expect(await client.loop?.()).toEqual(addTally(expected(closingAnswer), once, what.steps));
  await client.close();
});

test.each(casesOf("converse", "quick"))("converse, $id: all that the server sends is read", async (what) => {
  for (const open of [openFrameReader, openAwsSdk]) {
    const client = await open(`${running.origin}/converse/${what.id}/v1`);
    expect(await client.answer(false)).toEqual(expected(what.answer));
    await client.close();
  }
});
