import { readFileSync } from "node:fs";
import { isObject } from "@waygate/core/plugin";

export const helpText = `waygate: talk to a model through any gateway

  waygate chat                 a conversation (at a terminal)
  waygate chat "question"      one answer; standard input, if piped, comes along
  waygate models [TEXT]        what can be given to --model; --refresh asks the gateways anew
  waygate keys list            where the gateways' keys come from
  waygate keys set GATEWAY     store a key, typed unseen or piped in, in the system's keychain
  waygate keys remove GATEWAY  take it out again
  waygate plugins              which gateways there are by their packages, and which of these may run
  waygate plugins confirm NAME let the code of a package run that was found by its keyword; "revoke" takes it back
  waygate permissions          what was allowed for more than one call, in all folders
  waygate permissions revoke ID
  waygate permissions clear    revoke all of this folder ("clear all": of all folders)
  waygate settings             which file they stand in
  waygate settings get [PATH]  a setting as JSON, or all of them
  waygate settings set PATH JSON
  waygate settings remove PATH
  waygate settings edit        open the file in your editor
  waygate schema               the JSON Schema of the file, for editors
  waygate doctor [GATEWAY]     what works and what does not; --probe has a model call a tool
  waygate edit FILE "..."      have inline_assistant_model change a file (--lines A-B: a part of it); it asks first
  waygate commit [HINT]        a message for what is staged in git, from commit_message_model

  -m, --model GATEWAY:MODEL    such as openrouter:openrouter/auto or simulator:simulator
      --effort LEVEL           how much to think: off, minimal, low, medium, high, xhigh, max
      --system TEXT            what the model is told beforehand
      --folder DIR             the folder that its tools work in (default: the current one)
      --no-tools               offer no tools
  -y, --yes                    answer yes to its questions about files and commands; edit or confirm without asking
      --lines A-B              the lines to change (edit)
      --title                  have thread_summary_model name the conversation (chat)
      --max-steps N            how often the model is asked at most in one turn (default: 50)
      --refresh                ask for the lists of models anew (models, doctor)
      --probe                  have a model call a tool, at the usual price (doctor)
      --json                   print JSON, one value a line: of an answer, the run's events
      --settings FILE          in place of the default file, which "waygate settings" names
      --zed                    in place of it, Zed's own
      --tour                   show a whole turn with tools, then stay
  -h, --help
  -V, --version

Exit codes
  0    all is well
  1    the model or the gateway failed; "doctor" found something wrong
  2    wrong usage, settings or model
  3    the answer is incomplete: --max-steps, a length limit, a filter or a refusal ended it
  130  interrupted

Text goes to standard output, everything else to standard error. NO_COLOR turns colours off.
`;

export function versionText(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return isObject(manifest) ? String(manifest.version) : "";
}
