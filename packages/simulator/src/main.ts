#!/usr/bin/env node
import { parseArgs } from "node:util";
import { createSimulator } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    "api-key": { type: "string" },
    "tokens-per-second": { type: "string" },
  },
});

const simulator = await createSimulator({
  port: Number(values.port),
  ...(values["api-key"] !== undefined && { apiKey: values["api-key"] }),
  ...(values["tokens-per-second"] !== undefined && { tokensPerSecond: Number(values["tokens-per-second"]) }),
});
console.log(simulator.url);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void simulator.close());
