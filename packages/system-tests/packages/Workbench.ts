/** A temporary folder with every published package packed, a registry that has them, and a project for each. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type EmptyProject, installPeer, makeProject } from "./EmptyProject.ts"
import { packAll } from "./pack.ts"
import { startRegistry } from "./Registry.ts"

export interface Workbench {
  /** The project that has this package installed; made when it is first asked for. */
  readonly project: (name: string) => Promise<EmptyProject>
  readonly close: () => void
}

/** Builds what has changed, packs everything and opens the registry. */
export const openWorkbench = async (): Promise<Workbench> => {
  const folder = mkdtempSync(join(tmpdir(), "lead-gateway-"))
  const tarballs = await packAll(folder)
  const registry = await startRegistry(tarballs)
  const projects = new Map<string, Promise<EmptyProject>>()
  let installed: Promise<string> | undefined
  const peer = () => (installed ??= installPeer(folder))
  const make = async (name: string) => {
    const tarball = tarballs.find((tarball) => tarball.name === name)
    if (tarball === undefined) throw new Error(`there is no published package ${name}`)
    return makeProject(tarball, registry, join(folder, "projects"), peer)
  }
  return {
    project: (name) => {
      const project = projects.get(name) ?? make(name)
      projects.set(name, project)
      return project
    },
    close: () => {
      registry.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
