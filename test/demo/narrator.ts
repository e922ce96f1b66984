import Table from 'cli-table3'
import ora from 'ora'

/** Tells the reader of the demo what happens; the same story for people and for machines. */
export interface Narrator {
  /** Runs one step; says that it is under way, then its outcome and how long it took. */
  step<T>(
    title: string,
    run: (progress: (text: string) => void) => Promise<T>,
    outcome?: (result: T) => string,
  ): Promise<T>
  warn(text: string): void
  /** Text a user of kubectl would see on the screen. */
  screen(command: string, rows: string[][]): void
  say(text: string, facts?: Record<string, unknown>): void
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Lines for a terminal; progress moves in place where the output is one. */
export function createTerminalNarrator(): Narrator {
  return {
    async step(title, run, outcome) {
      const start = performance.now()
      const elapsed = () => seconds(performance.now() - start)
      const spinner = ora({ text: title, discardStdin: false }).start()
      const interactive = process.stderr.isTTY === true
      let latest = ''
      const clock = setInterval(() => {
        spinner.text = `${title}${latest} (${elapsed()})`
      }, 100)
      try {
        const result = await run((text) => {
          latest = `: ${text}`
          if (!interactive) console.error(`  ${elapsed().padStart(7)}  ${text}`)
        })
        const end = outcome?.(result)
        spinner.succeed(`${title}${end ? `: ${end}` : ''} (${elapsed()})`)
        return result
      } catch (error) {
        spinner.fail(`${title} (${elapsed()})`)
        throw error
      } finally {
        clearInterval(clock)
      }
    },
    warn: (text) => console.error(`⚠ ${text}`),
    screen(command, rows) {
      console.log(`\n$ ${command}\n${kubectlTable(rows)}\n`)
    },
    say: (text) => console.log(text),
  }
}

/** One JSON object per line on standard output. */
export function createJsonNarrator(): Narrator {
  const start = performance.now()
  const line = (kind: string, facts: Record<string, unknown>) =>
    console.log(JSON.stringify({ atMs: Math.round(performance.now() - start), kind, ...facts }))
  return {
    async step(title, run, outcome) {
      line('step', { title })
      const began = performance.now()
      const result = await run((text) => line('progress', { title, text }))
      line('done', { title, tookMs: Math.round(performance.now() - began), outcome: outcome?.(result) })
      return result
    },
    warn: (text) => line('warning', { text }),
    screen: (command, rows) => line('screen', { command, rows }),
    say: (text, facts) => line('say', { text, ...facts }),
  }
}

function kubectlTable(rows: string[][]): string {
  const none = { mid: '', left: '', right: '', middle: '   ' }
  const edges = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    'left-mid': '',
    'mid-mid': '',
    'right-mid': '',
  }
  const table = new Table({
    chars: { ...none, ...edges, bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  table.push(...rows)
  return table.toString().replaceAll(/ +$/gm, '').trimEnd()
}
