/** What stands for work of the thread pool among the active resources of Node. */
const poolWork = /^(FSReq|FileHandle|FILEHANDLE|GetAddrInfo|GetNameInfo)/;
/** How long such work gets to finish, in milliseconds: it may be about to put a file in its place. */
const graceMs = 250;

/**
 * Ends the program with an exit code, after the listeners of `exit`. `process.exit` alone waits for the threads of the
 * pool, and one that hangs in a call of the system (a name lookup, a keychain that asks the person, a network file
 * system) would keep the program for ever. `atOnce` does not wait for any; otherwise only those are not waited for that
 * Node knows to be at work.
 */
export function endProcess(code: number, { atOnce }: { readonly atOnce: boolean }): void {
  const isBusy = process.getActiveResourcesInfo().some((name) => poolWork.test(name));
  if (isBusy) sleep(graceMs);
  // The last listener: those before it end what the program has started, and remove what it left half done.
  process.once("exit", () => {
    if (isBusy || atOnce) replaceProcess(code);
  });
  process.exit(code);
}

/** Ends the process without waiting for any of its threads. */
function replaceProcess(code: number): void {
  try {
    // Another program takes over this process, and ends with the code.
    process.execve?.("/bin/sh", ["sh", "-c", `exit ${code}`], {});
  } catch {
    // There is no such program, or no such call on this system.
  }
  process.kill(process.pid, "SIGKILL");
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
