import { afterAll, beforeAll, expect, test } from "vitest";
import { addTally, expected } from "../src/answer.ts";
import { casesOf, closingAnswer } from "../src/cases.ts";
import openFloor from "../src/contestants/floor.ts";
import { startServer } from "../src/server/server.ts";

let running: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  running = await startServer("quick");
});

afterAll(() => {
  running.server.close();
  running.server.closeAllConnections();
});

test.each(casesOf("quick"))("$id: all that the server sends is read", async (what) => {
  const client = await openFloor(`${running.origin}/${what.id}/v1`);
  const once = expected(what.answer);
  if (what.steps === undefined) expect(await client.answer(true)).toEqual(once);
  else expect(await client.loop()).toEqual(addTally(expected(closingAnswer), once, what.steps));
  await client.close();
});
