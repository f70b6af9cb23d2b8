import { join } from "node:path"
import { debianPackages } from "./debianPackages.ts"

/** How a driver of browsers launches Debian's Chromium, unpacked and not installed; it keeps its files in a folder. */
export const debianChromium = async (
  home: string,
): Promise<{
  readonly executablePath: string
  readonly args: Array<string>
  readonly env: Record<string, string>
}> => {
  const { libraries, root } = await debianPackages("chromium")
  return {
    executablePath: join(root, "usr/lib/chromium/chromium"),
    // Root runs the tests of continuous integration.
    args: ["--no-sandbox", "--disable-gpu"],
    env: { PATH: process.env.PATH ?? "", HOME: home, LD_LIBRARY_PATH: libraries },
  }
}
