import { readFileSync } from "node:fs";

/** The most memory that this process has had resident, in bytes. */
export function peakBytes(): number {
  // On Linux `maxRSS` begins with what the parent process had when it started this one; `VmHWM` does not.
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status())?.[1];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}

function status(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}
