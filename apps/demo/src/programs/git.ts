import { execFile } from "node:child_process";

/** In bytes. */
const maxOutput = 256 * 1024 * 1024;
const timeoutMs = 60_000;

/** Where the repository is and whose settings count, as a hook of git passes it on. All other variables could run programs. */
const keptVariables =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_.+)$/;

/** What keeps the settings of a repository from running programs, whatever git is asked. */
const options = [
  "--no-pager",
  // Asked for changes at each reading of the index.
  ...["-c", "core.fsmonitor=false"],
  // Run even by commands that only refresh the index.
  ...["-c", "core.hooksPath=/dev/null"],
];

/** Objects that a partial clone lacks would be fetched, through programs that the repository names. */
const variables = {
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
};

/**
 * Returns the change that is staged in a repository, as a diff. Nothing that the repository names is run: no hook, no
 * file system monitor, no external diff, no text conversion, no filter, no transport, nothing in submodules. Rejects with
 * an error that has git's own first line.
 */
export function stagedDiff(folder: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const words = ["diff", "--cached", "--no-color", "--no-ext-diff", "--no-textconv", "-O/dev/null"];
  return run(folder, [...words, "--submodule=short", "--ignore-submodules=dirty"], environment);
}

function run(folder: string, words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^GIT_/i.test(name) || keptVariables.test(name)),
  );
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      [...options, ...words],
      { cwd: folder, env: { ...env, ...variables }, maxBuffer: maxOutput, timeout: timeoutMs, killSignal: "SIGKILL" },
      (error, stdout, stderr) => {
        process.off("exit", end);
        if (error === null) resolve(stdout);
        else reject(new Error(wordsOf(error, stderr), { cause: error }));
      },
    );
    // A repository can make git wait for ever, at a pipe in place of a file: it must not outlive the program.
    const end = () => void child.kill("SIGKILL");
    process.once("exit", end);
    child.stdin?.end();
  });
}

function wordsOf(error: Error & { readonly killed?: boolean }, stderr: string): string {
  if (error.killed === true) return `it did not finish within ${timeoutMs / 1000} s`;
  return stderr.split("\n")[0] || "is git installed?";
}
