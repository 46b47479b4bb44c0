import { defineConfig } from "vitest/config";
import { secretScan } from "./tooling/secret-scan/src/index.ts";

export default defineConfig({
  plugins: [secretScan()],
  ssr: { resolve: { conditions: ["waygate-source"], externalConditions: ["waygate-source"] } },
  resolve: { conditions: ["waygate-source"] },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "apps/*/{src,test}/**/*.test.ts",
      "tooling/*/{src,test}/**/*.test.ts",
    ],
    // Whatever comes out of any test is searched for keys.
    setupFiles: ["./tooling/secret-scan/src/setup.ts"],
    exclude: ["**/node_modules/**", "tooling/bench/peers/**"],
  },
});
