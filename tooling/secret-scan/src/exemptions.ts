/** A test in which a key shows on purpose. */
export interface Exemption {
  /** From the repository's root. */
  readonly file: string;
  /** The test's own title. */
  readonly test: string;
  readonly why: string;
}

/** All of them. One that is not needed any more fails its test. */
export const exemptions: readonly Exemption[] = [
  {
    file: "packages/core/test/registry.test.ts",
    test: "that could not be looked up are not the plugin's fault, and what went wrong is not shown",
    why: "The key stands in the error of a store that the test plays.",
  },
  {
    file: "packages/bedrock/test/failures.test.ts",
    test: "never repeats a secret, whatever AWS puts into its words",
    why: "AWS repeats keys here, in the error that its answer becomes within the package and that goes no further.",
  },
  {
    file: "packages/bedrock/test/sso.test.ts",
    test: "tells nothing of the secrets in use",
    why: "The command that renews credentials prints a key here, of which nothing may go further.",
  },
];
