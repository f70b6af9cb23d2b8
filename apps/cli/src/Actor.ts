import type { Actor } from "@lead-gateway/lead-store"
import { userInfo } from "node:os"

/** Who runs this command, as the audit names them: the user of the operating system. */
export const commandLine = (): Actor => ({ name: userName(), via: "cli" })

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // The uid has no entry in the list of users, as in many containers.
    return `uid ${process.getuid?.() ?? "unknown"}`
  }
}
