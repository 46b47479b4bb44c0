import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { watchFileChanges } from "./watch-file.ts";

vi.mock("node:fs", async (original) => ({
  ...(await original<typeof import("node:fs")>()),
  watch: () => {
    throw Object.assign(new Error("too many watches"), { code: "ENOSPC" });
  },
}));

it("looks again and again where the system cannot watch", { timeout: 20_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "waygate-watch-"));
  const changed = vi.fn();
  const stop = watchFileChanges(join(folder, "settings.json"), changed);
  try {
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
    await writeFile(join(folder, "settings.json"), "{}");
    await vi.waitFor(() => expect(changed.mock.calls.length).toBeGreaterThan(1), 10_000);
  } finally {
    stop();
    await rm(folder, { recursive: true });
  }
});
