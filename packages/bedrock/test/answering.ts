import type { GatewayError, ModelEvent } from "@waygate/core";
import { afterAll, beforeAll } from "vitest";
import { collect, failing, type Opened, open } from "./open.ts";
import { type Reply, type Service, startService } from "./service.ts";

const look = { name: "look", description: "", parameters: { type: "object" } };

export interface Answering {
  /** The events of an answer that goes out as the reply has it. */
  ask(reply: Reply, tools?: (typeof look)[]): Promise<ModelEvent[]>;
  /** The events of one that fails, and its error. */
  fail(reply: Reply): Promise<{ readonly events: readonly ModelEvent[]; readonly error: GatewayError }>;
}

/** A service and a gateway towards it for all tests of a file. */
export function answering(): Answering {
  let service: Service;
  let opened: Opened;
  beforeAll(async () => {
    service = await startService();
    opened = open(service);
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });
  return {
    ask(reply, tools = [look]) {
      service.queue(reply);
      return collect(opened.gateway, { tools });
    },
    fail(reply) {
      service.queue(reply);
      return failing(opened.gateway, { tools: [look] });
    },
  };
}

/** The events but for the first and the usage, which are the same everywhere. */
export function plain(events: readonly ModelEvent[]): readonly ModelEvent[] {
  return events.filter(({ type }) => type !== "response-start" && type !== "usage");
}

export const toolUse = (toolUseId: string, name = "look") => ({ toolUseId, name });
