import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";

const { platform } = process;

afterEach(() => {
  Object.defineProperty(process, "platform", { value: platform });
  vi.resetModules();
});

/** The module as it works on a system, on which `ps` says what Linux has in /proc. */
function on(system: NodeJS.Platform): Promise<typeof import("./process-mark.ts")> {
  Object.defineProperty(process, "platform", { value: system });
  vi.resetModules();
  return import("./process-mark.ts");
}

it.each([platform, "darwin"] as const)("tells living from dead processes on %s", async (system) => {
  const { fateOf, fateOfUnmarked, formatMark, ownMark, parseMark } = await on(system);
  const mark = await ownMark();
  expect(mark.start).toMatch(/^[0-9a-f]{8}$/);
  expect(parseMark(formatMark(mark))).toEqual(mark);
  expect(await fateOf({ ...mark, start: "0" })).toBe("alive");
  expect(await fateOf({ ...mark, start: "0badcafe" })).toBe("dead");
  expect(await fateOf({ ...mark, pid: 999_999_999 })).toBe("dead");
  expect(await fateOf({ ...mark, pid: 0 })).toBe("dead");
  expect(await fateOf({ ...mark, machine: "0badcafe" })).toBe("elsewhere");
  expect(await fateOfUnmarked(process.pid, Date.now())).toBe("alive");
  expect(await fateOfUnmarked(process.pid, Date.now() - 24 * 60 * 60 * 1000)).toBe("dead");

  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [output] = await once(parent.stdout, "data");
    await delay(200);
    expect(await fateOf({ ...mark, pid: Number(String(output).trim()), start: "0" })).toBe("dead");
    expect(await fateOf({ ...mark, pid: parent.pid ?? 0, start: "0" })).toBe("alive");
  } finally {
    parent.kill("SIGKILL");
  }
});

it("takes a process for alive where the system says nothing of its start", async () => {
  const { fateOf, fateOfUnmarked, ownMark } = await on("win32");
  const mark = await ownMark();
  expect(mark.start).toBe("0");
  expect(await fateOf({ ...mark, start: "0badcafe" })).toBe("alive");
  expect(await fateOfUnmarked(process.pid, 0)).toBe("alive");
});

it("reads no mark from other text", async () => {
  const { parseMark } = await on(platform);
  for (const text of ["", "1", "1-2-3", "x-0badcafe-0", "1-0badcafe-0badcafe-2"])
    expect(parseMark(text)).toBeUndefined();
});
