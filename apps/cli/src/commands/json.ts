import { Flag } from "effect/cli"

/** `--json`: what is printed is for machines. */
export const json = (description: string): Flag.Flag<boolean> =>
  Flag.Boolean("json").pipe(Flag.withDescription(description), Flag.withDefault(false))
