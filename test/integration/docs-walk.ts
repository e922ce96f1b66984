import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../harness/run-program.ts'
import { CREDENTIALS } from '../harness/supplies/supplies.ts'
import { Scenario } from './scenario.ts'

const EXAMPLE_REGISTRY = 'registry.example.com'
const LONGEST_COMMAND_MS = 60_000
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One command of a page, and what the page says that it prints. */
interface Step {
  command: string
  prints: string
}

/** The commands of all blocks `console` of a page, in their order; a command may go on over lines that end with a backslash. */
async function stepsOf(page: string): Promise<Step[]> {
  const text = await readFile(`${ROOT}${page}`, 'utf8')
  return [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    [...block.matchAll(/^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)/gm)].map(([, command = '', prints = '']) => {
      return { command, prints: prints.trim() }
    }),
  )
}

/** What differs from run to run, and how wide a table is. */
const VARIES: [what: RegExp, word: string][] = [
  [/\bws[a-z0-9]{9}\b/g, 'CLAIM'],
  [/\baks-CLAIM-\d+-vmss[0-9a-z]{6}\b/g, 'NODE'],
  [/\b10\.\d+\.\d+\.\d+\b/g, 'ADDRESS'],
  [/-[a-z0-9]{6,10}-[a-z0-9]{5}\b/g, '-POD'],
  [/\b(\d+[dhms]+)+( ago)?(?=\s|$)/g, 'AGE'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/sha256:[0-9a-f]{64}/g, 'DIGEST'],
  // Newer releases of kubectl add it.
  [/ from \S+ namespace(?=\n|$)/g, ''],
  [/[ \t]+/g, ' '],
]

/** Output without what differs from run to run; `registry` is the host of this run in the place of that on the pages. */
function comparable(output: string, registry: string): string {
  const onPage = output.replaceAll(registry, EXAMPLE_REGISTRY).trim()
  const same = VARIES.reduce((text, [what, word]) => text.replaceAll(what, word), onPage)
  return same.replaceAll(/ +$/gm, '')
}

/** A page's words as an expression; `…` stands for whatever there is. */
function printed(prints: string): RegExp {
  const literal = comparable(prints, EXAMPLE_REGISTRY).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll(/…\n?/g, '[\\s\\S]*')}$`)
}

/** A page whose commands are run in their order on a cluster of its own. */
export interface PageWalk extends AsyncDisposable {
  scenario: Scenario
  steps: Step[]
  /** What the command prints on a screen, comparable with what the page says. */
  run(step: Step): Promise<{ code: number; output: string; asPrinted: string }>
  expected(step: Step): RegExp
}

/** Starts a cluster for the reader of a page, who has a registry. */
export async function startWalk(page: string): Promise<PageWalk> {
  const scenario = await Scenario.start({ registry: true })
  const { folder, kubeconfigPath } = scenario.bed
  const { host } = scenario.supplies.privateRegistry
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    KUBECONFIG: kubeconfigPath,
    REGISTRY: host,
    REGISTRY_USER: CREDENTIALS.username,
    REGISTRY_PASSWORD: CREDENTIALS.password,
  }
  return {
    scenario,
    steps: await stepsOf(page),
    async run({ command }) {
      const how = { cwd: ROOT, env, timeout: LONGEST_COMMAND_MS }
      const { code, out } = await runProgram('/bin/sh', ['-euc', `exec 2>&1\n${command}`], how)
      return { code, output: comparable(out, host), asPrinted: out.replaceAll(host, EXAMPLE_REGISTRY).trim() }
    },
    expected: ({ prints }) => printed(prints),
    [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose](),
  }
}
