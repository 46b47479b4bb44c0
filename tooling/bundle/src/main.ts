#!/usr/bin/env node
import { bundlePackage } from "./bundle-package.ts";

try {
  await bundlePackage(process.cwd());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
