/** The least important entries that are logged, and what a line says of itself. */
export type LogLevel = "debug" | "info" | "warn" | "error"

const order: ReadonlyArray<LogLevel> = ["debug", "info", "warn", "error"]

/** Whether lines of a level are written where `minimum` is the least important one. */
export const isLogged = (level: LogLevel, minimum: LogLevel): boolean =>
  order.indexOf(level) >= order.indexOf(minimum)
