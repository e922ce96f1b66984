import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../harness/until.ts'
import { SupervisedProgram } from './supervised-program.ts'
import type { Tools } from './tools.ts'

interface CraneRegistry extends AsyncDisposable {
  /** Host and port, as image names begin with them. */
  host: string
}

const READY = { withinMs: 20_000, everyMs: 20 }

/** Starts a real registry on loopback that forgets everything with its end. It asks for no credentials. */
export async function startCraneRegistry({ crane }: Pick<Tools, 'crane'>): Promise<CraneRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-registry-'))
  const logFile = join(folder, 'log')
  const args = ['registry', 'serve', '--address', '127.0.0.1:0']
  const program = new SupervisedProgram({ path: crane, args, logFile })
  const stop = async () => {
    await program.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const port = await until('the registry serves', () => servedPort(program, logFile), READY)
    return { host: `127.0.0.1:${port}`, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function servedPort(program: SupervisedProgram, logFile: string): Promise<string | undefined> {
  if (!program.isRunning) throw new Error(`crane ended:\n${await program.tail()}`)
  const log = await readFile(logFile, 'utf8').catch(() => '')
  return /serving on port (\d+)/.exec(log)?.[1]
}
