import { defineConfig } from "vitest/config";

export default defineConfig({
  ssr: { resolve: { conditions: ["waygate-source"], externalConditions: ["waygate-source"] } },
  resolve: { conditions: ["waygate-source"] },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "apps/*/{src,test}/**/*.test.ts",
      "tooling/*/{src,test}/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "tooling/bench/peers/**"],
  },
});
