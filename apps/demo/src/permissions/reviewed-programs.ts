/** What may follow a reviewed program and its subcommand for a prefix rule to cover the command. */
export interface ReviewedCommand {
  /**
   * Options that were reviewed: none of them runs a program, writes a file, or reads one outside of the folder. An entry
   * with `=` at its end may have a value: `--name=value`, or `-nvalue` for one letter. `-#` stands for a number.
   */
  readonly options: string;
  /** Options behind `--`, where the program hands them to what it runs. Without it, no `--` is covered. */
  readonly passed?: string;
  /** Whether words that are no options are covered. They are never covered if they lead out of the folder. */
  readonly operands: boolean;
  /** The next word names a script, and belongs to the rule. */
  readonly script?: true;
}

const git = {
  diff:
    "-p -u -s -z -w -b -R -a -W -M -M= -C -C= -U= -S= -G= -l= --patch --no-patch --unified= --raw --stat --stat= " +
    "--numstat --shortstat --summary --compact-summary --dirstat --dirstat= --patch-with-stat --name-only " +
    "--name-status --check --full-index --binary --text --abbrev --abbrev= --minimal --patience --histogram " +
    "--diff-algorithm= --ignore-all-space --ignore-space-change --ignore-space-at-eol --ignore-blank-lines " +
    "--ignore-cr-at-eol --function-context --inter-hunk-context= --color --color= --no-color --color-words --word-diff " +
    "--word-diff= --no-renames --find-renames --find-renames= --find-copies --find-copies= --diff-filter= " +
    "--pickaxe-all --pickaxe-regex --no-ext-diff --no-textconv --no-prefix --relative --submodule --submodule= " +
    "--ignore-submodules --ignore-submodules= --cc",
  log:
    "-n= -# -i -E -F -g -c -m --oneline --graph --all --branches --tags --remotes --branches= --tags= --remotes= " +
    "--decorate --decorate= --no-decorate --max-count= --skip= --since= --after= --until= --before= --author= " +
    "--committer= --grep= --all-match --invert-grep --regexp-ignore-case --merges --no-merges --first-parent --reverse " +
    "--follow --full-history --date-order --topo-order --author-date-order --left-right --cherry --cherry-pick " +
    "--cherry-mark --boundary --abbrev-commit --no-abbrev-commit --relative-date --date= --format= --pretty --pretty= " +
    "--parents --children --no-notes --walk-reflogs --no-walk --count",
} as const;

const listing = "-v -a -r -vv --verbose --all --remotes --list --format= --sort= --contains= --merged --no-merged";

/**
 * Programs and subcommands that can have a rule for all their calls. Everything that is not named here, and each option
 * that is not named, is asked about. Interpreters, launchers and what runs other programs are left out on purpose: their
 * arguments are programs.
 *
 * Tests and builds run what the folder says, which is why a person decides about each of them; but no argument of the
 * model's may choose another program, another configuration or another place to write to.
 */
export const reviewedPrograms: Readonly<Record<string, Readonly<Record<string, ReviewedCommand>>>> = {
  // Left out: --output, --ext-diff, --textconv, --no-index, -O, --open-files-in-pager, --show-signature, --contents,
  // and every subcommand that changes something or asks another machine.
  git: {
    status: {
      options:
        "-s -b -u -u= -z -v --short --branch --long --verbose --porcelain --porcelain= --untracked-files " +
        "--untracked-files= --ignored --ignored= --ignore-submodules --ignore-submodules= --ahead-behind " +
        "--no-ahead-behind --renames --no-renames --show-stash --column --no-column",
      passed: "",
      operands: true,
    },
    diff: { options: `${git.diff} --cached --staged --merge-base --exit-code --quiet`, passed: "", operands: true },
    log: { options: `${git.log} ${git.diff}`, passed: "", operands: true },
    show: { options: `${git.log} ${git.diff}`, passed: "", operands: true },
    blame: {
      options: "-L= -w -M -M= -C -C= -c -e -f -l -n -p -s -t --porcelain --line-porcelain --date= --abbrev= --since=",
      passed: "",
      operands: true,
    },
    grep: {
      options:
        "-n -i -w -l -L -c -h -H -E -F -G -W -p -A= -B= -C= -e= --line-number --ignore-case --word-regexp --name-only " +
        "--files-with-matches --files-without-match --count --extended-regexp --fixed-strings --heading --break " +
        "--cached --untracked --max-depth= --context= --show-function --function-context --and --or --not --all-match",
      passed: "",
      operands: true,
    },
    "ls-files": {
      options:
        "-c -d -m -o -s -t -u -v -z --cached --deleted --modified --others --stage --unmerged --exclude-standard",
      passed: "",
      operands: true,
    },
    "ls-tree": { options: "-d -r -t -l -z --long --name-only --full-name", passed: "", operands: true },
    "rev-parse": {
      options:
        "-q --quiet --verify --short --short= --abbrev-ref --symbolic-full-name --show-toplevel --show-prefix " +
        "--git-dir --is-inside-work-tree",
      operands: true,
    },
    "rev-list": { options: git.log, passed: "", operands: true },
    "merge-base": { options: "-a --all --is-ancestor --octopus --fork-point", operands: true },
    describe: {
      options: "--all --tags --long --always --dirty --dirty= --abbrev= --match= --exclude= --exact-match --contains",
      operands: true,
    },
    shortlog: { options: "-s -n -e --summary --numbered --email --since= --until= --no-merges --all", operands: true },
    "cat-file": { options: "-t -s -p -e", operands: true },
    // A word behind these would make a branch, a tag or a remote.
    branch: { options: `${listing} --show-current --points-at=`, operands: false },
    tag: {
      options: "-l -n -n= --list --format= --sort= --contains= --points-at= --merged --no-merged",
      operands: false,
    },
    remote: { options: "-v --verbose", operands: false },
    "stash list": { options: "-n= -# --oneline --date= --format= --stat", operands: false },
    "worktree list": { options: "-v --verbose --porcelain", operands: false },
  },
  // Left out: --node-options, --script-shell, --prefix, --userconfig, and options for the script.
  npm: {
    test: { options: "-s --silent --if-present", passed: "", operands: true },
    run: { options: "-s --silent --if-present", passed: "", operands: true, script: true },
  },
  // pnpm and yarn hand every option that follows to the script.
  pnpm: {
    test: { options: "", operands: true },
    run: { options: "", operands: true, script: true },
  },
  yarn: { test: { options: "", operands: true } },
  // Left out: --preload, --config, --coverage-dir, --reporter-outfile, -u, --update-snapshots.
  bun: { test: { options: "-t= --test-name-pattern= --bail --bail= --timeout= --only --todo", operands: true } },
  // Left out: --config, -Z, -C, --manifest-path, --target, --target-dir, --artifact-dir, and arguments for rustc.
  cargo: Object.fromEntries(
    ["build", "check", "clippy", "test"].map((subcommand) => [
      subcommand,
      {
        options:
          "-r -p= -F= -j= -q -v -vv --release --workspace --all --package= --exclude= --lib --bins --bin= --tests " +
          "--test= --examples --example= --benches --bench= --all-targets --all-features --no-default-features " +
          "--features= --profile= --locked --offline --frozen --keep-going --jobs= --quiet --verbose --color= " +
          "--message-format= --no-run --no-fail-fast --doc",
        ...(subcommand === "test" && {
          passed:
            "--exact --ignored --include-ignored --nocapture --show-output --test-threads= --skip= --list -q --quiet",
        }),
        operands: true,
      },
    ]),
  ),
  // Left out: -exec, -toolexec, -vettool, -o, -c, -C, -overlay, -modfile, -mod, -ldflags, -gcflags, -args, -fuzz, and
  // the options that write profiles.
  go: {
    build: { options: "-v -x -n -race -tags= -trimpath", operands: true },
    vet: { options: "-v -n -json -tags=", operands: true },
    test: {
      options:
        "-v -x -n -race -short -run= -skip= -list= -count= -timeout= -parallel= -cpu= -cover -bench= -benchmem " +
        "-benchtime= -failfast -json -shuffle= -tags=",
      operands: true,
    },
  },
  // Left out: -c, -p, -o, --rootdir, --basetemp, --junitxml, --pdb, and every plugin's own options.
  pytest: {
    "": {
      options:
        "-q -v -vv -x -s -l -k= -m= --lf --ff --last-failed --failed-first --maxfail= --tb= --durations= " +
        "--collect-only --co --no-header",
      operands: true,
    },
  },
};
