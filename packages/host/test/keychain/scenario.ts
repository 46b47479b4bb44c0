import { createHost, isHostError } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";

/**
 * What a program does with the keychain of the session that it runs in. Started by the test beside it, in sessions of
 * several kinds; says what came of it as one line of JSON.
 */
const [task, address = ""] = process.argv.slice(2);
await using simulator = await createSimulator();
const service = (api_url: string) => ({ api_url, available_models: [{ name: "simulator" }] });
const local = address === "" ? simulator.url : address;
await using host = await createHost({
  plugins: [openaiCompatible],
  settingsFile: false,
  cacheFolder: false,
  discover: false,
  environment: {},
  defaults: {
    language_models: {
      openai_compatible: { one: service(local), two: service(local), away: service("http://127.0.0.1:9/v1") },
    },
  },
});
const { credentials } = host;

const origins = async () => (await credentials.status()).map(({ gateway, origin }) => [gateway, origin?.kind ?? null]);

/** What stands after `sk-` in the key that was sent: enough to tell it from others, and no key. */
const sentKey = async (gateway: string) => {
  const events = host.registry.gateway(gateway).stream({
    model: "simulator",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: [],
    signal: AbortSignal.timeout(10_000),
  });
  for await (const _ of events);
  return simulator.requests.at(-1)?.headers.authorization?.replace("sk-", "") ?? null;
};

const failure = async (work: () => Promise<unknown>) => {
  try {
    await work();
    return "no failure";
  } catch (error) {
    return isHostError(error) ? { code: error.code, message: error.message } : String(error);
  }
};

const results: Record<string, unknown> = {};
if (task === "use") {
  results.before = await credentials.list();
  await credentials.set("one", "sk-one");
  await credentials.set("two", 'sk-two with blanks and "quotes" ~');
  await credentials.set("away", "sk-away");
  results.list = await credentials.list();
  results.origins = await origins();
  results.sent = [await sentKey("one"), await sentKey("two")];
  await credentials.set("one", "sk-changed");
  results.changed = await sentKey("one");
  results.address = local;
  results.removed = [await credentials.remove("two"), await credentials.remove("two"), await sentKey("two")];
} else if (task === "again") {
  // Another process of the same session, after the first has ended.
  results.list = await credentials.list();
  results.origins = await origins();
  for (const key of await credentials.list()) await credentials.removeStored(key);
  results.after = await credentials.list();
} else {
  results.set = await failure(() => credentials.set("one", "sk-secret"));
  results.list = await failure(() => credentials.list());
  results.problem = (await credentials.status("one"))[0]?.problem?.code;
  // The service takes no key, and none is stored for it: it is used all the same.
  results.sent = await sentKey("one");
}
process.stdout.write(`${JSON.stringify(results)}\n`);
