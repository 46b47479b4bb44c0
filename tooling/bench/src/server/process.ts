import type { Scale } from "../cases.ts";
import { startServer } from "./server.ts";

const scale: Scale = process.argv[2] === "quick" ? "quick" : "full";
process.on("disconnect", () => process.exit());
const { origin } = await startServer(scale);
process.send?.(origin);
