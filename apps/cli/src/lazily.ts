import { Effect } from "effect"

/**
 * What a command does, loaded when it is run: the command line knows every command's flags, and none of the modules that
 * do the work.
 */
export const lazily =
  <Input, E, R>(load: () => Promise<(input: Input) => Effect.Effect<void, E, R>>) =>
  (input: Input): Effect.Effect<void, E, R> =>
    Effect.flatMap(Effect.promise(load), (run) => run(input))
