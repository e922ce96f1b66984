import { rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ContainerSimulation } from '@kaito/local-cluster'
import { toolsOfRun } from '../../control-plane/shared-planes.ts'
import { craneFolder } from '../registry/crane-folder.ts'
import { startRegistry, type TestRegistry } from '../registry/registry.ts'
import { registryImages } from '../registry/registry-images.ts'
import { type PublicSite, type SiteAccess, startPublicSite } from './public-site.ts'

/** What the registry asks of whoever pulls or pushes. */
export const CREDENTIALS = { username: 'team', password: 'simulated-only' }

/** Names of the internet that training data comes from. */
const HOSTS = ['huggingface.co', 'data.example.com']
const BASE_IMAGE = { repository: 'library/busybox', tag: '1.36.1' }
/** Of the site. */
const LOOPBACK = '127.0.0.0/8'

/** What containers get from outside of their cluster, and the programs that move it. */
export interface Supplies {
  /** Everybody may pull from it and push to it. */
  registry: TestRegistry
  /** Only who knows its credentials may. */
  privateRegistry: TestRegistry
  site: PublicSite
  simulation: ContainerSimulation
  /** Settings of the workspace controller that lead to these. */
  controllerEnv: Record<string, string>
  stop(): Promise<void>
}

/** Starts registries and servers of training data, and prepares the real tuning tools to run against them. */
export async function startSupplies(folder: string): Promise<Supplies> {
  const registry = await startRegistry()
  const privateRegistry = await startRegistry({ credentials: CREDENTIALS })
  const site = await startPublicSite(HOSTS)
  const images = registryImages([registry.host, privateRegistry.host])
  const crane = await craneInUse()
  const baseImage = registry.put(BASE_IMAGE.repository, {}, { tag: BASE_IMAGE.tag })
  return {
    registry,
    privateRegistry,
    site,
    simulation: { images, toolsEntry: await toolsEntry(folder, site.access), toolsPath: crane.folder },
    controllerEnv: { TUNING_BASE_IMAGE: baseImage, TUNING_ALLOWED_ADDRESSES: LOOPBACK },
    async stop() {
      await Promise.all([registry.stop(), privateRegistry.stop(), site.stop(), crane.remove()])
      await images.remove()
    },
  }
}

/** The real crane where a run has built it. */
async function craneInUse(): Promise<{ folder: string; remove: () => Promise<void> }> {
  if (process.env.CLUSTER === 'real') {
    return { folder: dirname((await toolsOfRun()).crane), remove: async () => undefined }
  }
  const folder = await craneFolder()
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function toolsEntry(folder: string, access: SiteAccess): Promise<string> {
  const path = join(folder, 'tuning-tools.mjs')
  const started = new URL('tools-on-site.ts', import.meta.url)
  const settings = JSON.stringify(JSON.stringify(access))
  await writeFile(path, `process.env.PUBLIC_SITE = ${settings}\nawait import(${JSON.stringify(started.href)})\n`)
  return path
}
