export { secretScan } from "./vite-plugin.ts";
