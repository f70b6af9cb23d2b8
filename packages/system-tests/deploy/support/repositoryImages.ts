/** The Dockerfile of this repository. */
import { read } from "../../repository/repository.ts"
import { type Image, imageOf, parseDockerfile } from "./dockerfile.ts"

export const stages = parseDockerfile(read("docker/Dockerfile"))

/** What `--target` may name for an image that runs. */
export const targets = ["api", "worker", "gateway", "cli"] as const

export type Target = (typeof targets)[number]

export const images: Readonly<Record<Target, Image>> = {
  api: imageOf(stages, "api"),
  worker: imageOf(stages, "worker"),
  gateway: imageOf(stages, "gateway"),
  cli: imageOf(stages, "cli"),
}
