import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ProgramResult, runProgram } from '../harness/run-program.ts'

/** Runs Helm against a cluster, with a home of its own so that no cache or setting of the user is met. */
export function createHelm({ helm, kubeconfigPath }: { helm: string; kubeconfigPath: string }) {
  return async (args: string[]): Promise<ProgramResult> => {
    const home = await mkdtemp(join(tmpdir(), 'kaito-helm-'))
    try {
      const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfigPath }
      return await runProgram(helm, args, { env, timeout: 120_000 })
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }
}
