export { expectValidHistory, historyProblem } from "./valid-history.ts";
