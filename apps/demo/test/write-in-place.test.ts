import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const words = [
  process.execPath,
  "--conditions=waygate-source",
  fileURLToPath(new URL("./write-a-file.ts", import.meta.url)),
];
const nobody = 65534;
const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];

/** Whether this user may do such things, and there are such programs. */
const hasNamespaces = spawnSync("unshare", ["-m", "true"]).status === 0;
const hasNobody = spawnSync("setpriv", [...asNobody.slice(1), process.execPath, "--version"]).status === 0;

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  chmodSync(root, 0o755);
});

afterEach(() => rmSync(root, { recursive: true }));

function write(before: readonly string[], path: string, content: string): string {
  const [program = "", ...args] = [...before, ...words, root, path, content];
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

describe("write_file where a rename would not do", () => {
  it.skipIf(!hasNamespaces)(
    "writes into a file that is a mount point (needs unshare)",
    () => {
      writeFileSync(join(root, "mounted.txt"), "old and longer\n");
      mkdirSync(join(root, "sub"));
      writeFileSync(join(root, "sub", "a.txt"), "below\n");
      const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
      const before = ["unshare", "-m", "sh", "-c", script, "sh", join(root, "mounted.txt"), join(root, "sub", "a.txt")];
      expect(write(before, "sub/a.txt", "new\n")).toBe("Wrote sub/a.txt: 1 line.\n");
      expect(readFileSync(join(root, "mounted.txt"), "utf8")).toBe("new\n");
      expect(readFileSync(join(root, "sub", "a.txt"), "utf8")).toBe("below\n");
      expect(readdirSync(join(root, "sub"))).toEqual(["a.txt"]);
    },
    30_000,
  );

  it.skipIf(!hasNobody)(
    "leaves a file to the user that it belongs to (needs setpriv)",
    () => {
      writeFileSync(join(root, "a.txt"), "old\n");
      chmodSync(join(root, "a.txt"), 0o666);
      chownSync(root, nobody, nobody);
      expect(write(asNobody, "a.txt", "new\n")).toBe("Wrote a.txt: 1 line.\n");
      expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("new\n");
      expect(statSync(join(root, "a.txt"))).toMatchObject({ uid: 0, gid: 0 });
      // An administrator gives it back.
      chownSync(join(root, "a.txt"), nobody, nobody);
      write([], "a.txt", "newer\n");
      expect(statSync(join(root, "a.txt"))).toMatchObject({ uid: nobody, gid: nobody });
      expect(readdirSync(root)).toEqual(["a.txt"]);
    },
    30_000,
  );

  it.skipIf(!hasNobody)(
    "keeps to what the user may write (needs setpriv)",
    () => {
      mkdirSync(join(root, "locked"));
      const file = (path: string, mode: number) => {
        writeFileSync(join(root, path), "old\n");
        chownSync(join(root, path), nobody, nobody);
        chmodSync(join(root, path), mode);
      };
      file("locked/a.txt", 0o644);
      file("locked/twice.txt", 0o644);
      linkSync(join(root, "locked/twice.txt"), join(root, "twice.txt"));
      file("read-only.txt", 0o444);
      expect(write(asNobody, "locked/a.txt", "new\n")).toBe("Wrote locked/a.txt: 1 line.\n");
      expect(write(asNobody, "locked/twice.txt", "new\n")).toContain("has another name elsewhere (a hard link)");
      expect(write(asNobody, "locked/new.txt", "new\n")).toContain(
        '"locked/new.txt" may not be accessed: permission denied',
      );
      expect(write(asNobody, "read-only.txt", "new\n")).toContain("permission denied");
      expect(readFileSync(join(root, "locked/a.txt"), "utf8")).toBe("new\n");
      expect(readFileSync(join(root, "twice.txt"), "utf8")).toBe("old\n");
      expect(readFileSync(join(root, "read-only.txt"), "utf8")).toBe("old\n");
    },
    30_000,
  );
});
