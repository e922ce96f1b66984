import type { TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import type { Example } from './example.ts'
import type { Look } from './follower.ts'
import type { Narrator } from './narrator.ts'
import { FOUND_POOL } from './story.ts'

interface Served {
  example: Example
  workspacePath: string
  look: Look
}

/** Deletes the Workspace and reads from Azure's own ledger that nothing of it is left to pay. */
export async function giveBack(
  narrator: Narrator,
  bed: TestBed,
  { example, workspacePath, look }: Served,
): Promise<void> {
  const { kube } = bed
  await narrator.step('Delete the Workspace, and wait until it is gone', async (progress) => {
    const { status, text } = await kube.ask(workspacePath, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the deletion was refused: ${text}`)
    await until(
      'the Workspace is gone',
      async () => {
        await look(progress)
        return (await kube.ask(workspacePath)).status === 404
      },
      { everyMs: 100 },
    )
  })
  showLedger(narrator, bed, example)
}

function showLedger(narrator: Narrator, { azure: { ledger } }: TestBed, { nodes, foundNodeLabels }: Example): void {
  const bills = ledger.intervals().filter(({ gpusPerMachine }) => gpusPerMachine > 0)
  narrator.screen("Azure's ledger (emulated; its minutes, not yours)", [
    ['POOL', 'SIZE', 'GPUS', 'BILLED FROM', 'BILLED TO', 'GPU MINUTES'],
    ...bills.map(({ pool, vmSize, gpusPerMachine, machines, from, to }) => {
      const cost = ledger.gpuMinutes(pool).toFixed(1)
      return [pool, vmSize, String(gpusPerMachine * machines), from, to ?? 'now', cost]
    }),
  ])
  const bought = [...new Set(bills.map(({ pool }) => pool).filter((pool) => pool !== FOUND_POOL))]
  const live = ledger.livePools().filter((pool) => bought.includes(pool))
  const expected = foundNodeLabels ? 0 : nodes
  if (bought.length !== expected || live.length > 0) {
    const billing = live.length > 0 ? `, still billing: ${live.join(', ')}` : ''
    throw new Error(`agent pools that were expected, and gone: ${expected}; the ledger has ${bought.length}${billing}`)
  }
  if (expected === 0) {
    narrator.say(`Nothing was bought, and the node that was there before, of the agent pool ${FOUND_POOL}, is kept.`)
    return
  }
  const gpuMinutes = bought.reduce((sum, pool) => sum + ledger.gpuMinutes(pool), 0)
  const what = expected === 1 ? 'the agent pool is gone' : `all ${expected} agent pools are gone`
  const cost = `${gpuMinutes.toFixed(1)} GPU minutes`
  narrator.say(`Nothing is left: ${what}, and cost ${cost}${expected === 1 ? '' : ' together'}.`, { gpuMinutes })
}
