import type { ClusterClock } from '../cluster-clock.ts'

interface LogLine {
  time: string
  text: string
}

export interface LogOptions {
  tailLines?: number
  timestamps?: boolean
  sinceSeconds?: number
}

const KEPT_LINES = 10_000

/** What one run of a container has written. */
export class ContainerLog {
  readonly #clock: ClusterClock
  readonly #lines: LogLine[] = []
  readonly #followers = new Set<(line: LogLine | undefined) => void>()
  #ended = false

  constructor(clock: ClusterClock) {
    this.#clock = clock
  }

  write(text: string): void {
    for (const part of text.replace(/\n$/, '').split('\n')) {
      const line = { time: new Date(this.#clock.now()).toISOString(), text: part }
      this.#lines.push(line)
      if (this.#lines.length > KEPT_LINES) this.#lines.shift()
      for (const follower of this.#followers) follower(line)
    }
  }

  /** Says that nothing more will come: followers end. */
  end(): void {
    this.#ended = true
    for (const follower of this.#followers) follower(undefined)
    this.#followers.clear()
  }

  /** Everything written until now, as text. */
  read(options: LogOptions = {}): string {
    const since = options.sinceSeconds === undefined ? 0 : this.#clock.now() - options.sinceSeconds * 1000
    const recent = this.#lines.filter(({ time }) => Date.parse(time) >= since)
    const { tailLines = recent.length } = options
    return recent
      .slice(recent.length - Math.min(tailLines, recent.length))
      .map((line) => shown(line, options))
      .join('')
  }

  /** Calls back with each new piece of text, and with undefined at the end; the result stops that. */
  follow(options: LogOptions, listener: (text: string | undefined) => void): () => void {
    if (this.#ended) {
      listener(undefined)
      return () => undefined
    }
    const follower = (line: LogLine | undefined) => listener(line && shown(line, options))
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}

function shown({ time, text }: LogLine, { timestamps }: LogOptions): string {
  return timestamps ? `${time} ${text}\n` : `${text}\n`
}
