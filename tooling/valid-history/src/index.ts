export { expectValidHistory } from "./valid-history.ts";
