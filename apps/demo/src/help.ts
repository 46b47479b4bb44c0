import { readFileSync } from "node:fs";
import { isObject } from "@waygate/core/plugin";
import { defaultSettingsFile } from "./settings.ts";

export function helpText(environment: NodeJS.ProcessEnv): string {
  return `waygate: talk to a model through any gateway

  waygate chat                 a conversation (at a terminal)
  waygate chat "question"      one answer; standard input, if piped, comes along
  waygate models               the models of all configured gateways

  -m, --model GATEWAY:MODEL    such as openrouter:openrouter/auto or simulator:simulator
      --effort LEVEL           how much to think: off, minimal, low, medium, high, xhigh, max
      --system TEXT            what the model is told beforehand
      --folder DIR             the folder that its tools work in (default: the current one)
      --no-tools               offer no tools
  -y, --yes                    let it write files and run commands without asking
      --max-steps N            how often the model is asked at most in one turn (default: 50)
      --json                   print the run's events, one JSON object a line
      --settings FILE          in place of ${defaultSettingsFile(process.platform, environment)}
      --tour                   show a whole turn with tools, then stay
  -h, --help
  -V, --version

Exit codes
  0    all is well
  1    the model or the gateway failed
  2    wrong usage, settings or model
  3    the answer is incomplete: --max-steps, a length limit, a filter or a refusal ended it
  130  interrupted

Text goes to standard output, everything else to standard error. NO_COLOR turns colours off.
`;
}

export function versionText(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return isObject(manifest) ? String(manifest.version) : "";
}
