import { secretScan } from "@waygate/secret-scan";
import { defineConfig } from "vitest/config";

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
    setupFiles: ["@waygate/secret-scan/setup"],
    exclude: ["**/node_modules/**", "tooling/bench/peers/**"],
  },
});
