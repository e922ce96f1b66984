import { expect, test } from 'vitest'
import { findKubectl } from '../harness/kubectl.ts'
import { readManifests } from '../harness/manifests.ts'
import { filledIn } from '../harness/supplies/filled-in.ts'
import { provideFor } from '../harness/supplies/provide-for.ts'
import { type PageWalk, startWalk } from './docs-walk.ts'

/** What a reader has pushed before. */
async function pushed({ scenario }: PageWalk, ...examples: string[]): Promise<void> {
  const { supplies } = scenario
  const fillIns = { registry: supplies.privateRegistry.host, pushSecret: 'registry-push' }
  for (const example of examples) {
    for (const manifest of await readManifests(`deploy/examples/${example}.yaml`)) {
      if (manifest.kind === 'Workspace') provideFor(supplies, filledIn(manifest, fillIns))
    }
  }
}

test.skipIf(!findKubectl()).concurrent.each<[page: string, examples: string[]]>([
  ['docs/inference.md', ['inference-private-llama-2-7b']],
  ['docs/adapters.md', ['inference-adapters']],
  ['docs/tuning.md', ['tuning-qlora-urls']],
  ['docs/custom-images.md', []],
  ['docs/several-nodes.md', ['inference-llama-2-13b-two-nodes']],
])('the commands of %s do what the page says', async (page, examples) => {
  await using walk = await startWalk(page)
  await pushed(walk, ...examples)
  expect(walk.steps.length).toBeGreaterThan(3)
  for (const step of walk.steps) {
    const { code, output } = await walk.run(step)
    expect({ command: step.command, code, output }).toEqual({
      command: step.command,
      code: 0,
      output: expect.stringMatching(walk.expected(step)),
    })
  }
})
