import { pauseMs, type Scale, slowConsumer } from "../cases.ts";
import type { Contestant } from "../contestants/list.ts";
import { ClientProcess } from "./child.ts";
import type { Pause } from "./job.ts";

/** A long answer, a consumer that reads its beginning and then nothing: what the client takes in meanwhile it must keep. */
export async function measureSlowConsumer(contestant: Contestant, origin: string, scale: Scale): Promise<Pause> {
  const client = await ClientProcess.start({
    module: contestant.module.href,
    origin,
    apiUrl: `${origin}/${contestant.wire}/${slowConsumer.id}/v1`,
    requests: 1,
    parallel: 1,
    loop: false,
    offerTool: false,
  });
  try {
    return await client.pause(slowConsumer.readBefore, pauseMs(scale));
  } finally {
    client.stop();
  }
}
