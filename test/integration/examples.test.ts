import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readManifests } from '../harness/manifests.ts'
import { filledIn } from '../harness/supplies/filled-in.ts'
import { provideFor } from '../harness/supplies/provide-for.ts'
import { Scenario } from './scenario.ts'
import { Tenant } from './tenant.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = globSync('deploy/examples/*.yaml', { cwd: ROOT }).sort()

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start({ registry: true })
})
afterAll(() => scenario[Symbol.asyncDispose]())

describe.concurrent('an example', () => {
  test.each(globSync('deploy/examples/**/*.yaml', { cwd: ROOT }))('%s begins with what it shows', async (file) => {
    expect(await readFile(join(ROOT, file), 'utf8')).toMatch(/^# [A-Z]/)
  })

  test.each(EXAMPLES)('%s comes to its end once what it names is there', async (file) => {
    const { supplies } = scenario
    const tenant = await Tenant.create(scenario, basename(file, '.yaml'))
    const fillIns = { registry: supplies.privateRegistry.host, pushSecret: 'registry-push' }
    const manifests = (await readManifests(file)).map((manifest) => filledIn(manifest, fillIns))
    const workspace = manifests.find(({ kind }) => kind === 'Workspace')
    if (!workspace) throw new Error(`${file} has no Workspace`)
    const { name } = workspace.metadata
    for (const manifest of [...provideFor(supplies, workspace), ...manifests]) await tenant.apply(manifest)
    await tenant.ready(name)
    expect((await tenant.workspace(name))?.status?.state).toBe('tuning' in workspace ? 'Succeeded' : 'Ready')
    await tenant.remove(name)
  })
})
