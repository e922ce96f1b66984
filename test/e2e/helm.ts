import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface HelmResult {
  code: number
  out: string
  err: string
}

/** Runs Helm against a cluster, with a home of its own so that no cache or setting of the user is met. */
export function createHelm({ helm, kubeconfigPath }: { helm: string; kubeconfigPath: string }) {
  return async (args: string[]): Promise<HelmResult> => {
    const home = await mkdtemp(join(tmpdir(), 'kaito-helm-'))
    try {
      return await new Promise((resolve) => {
        const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfigPath }
        execFile(helm, args, { env, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
        )
      })
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }
}
