interface Launch {
  quotas: readonly string[]
  vCpus: number
  /** When it was added. */
  at: number
  /** When the cloud's own list said that it is over, one way or the other. */
  endedAt: number | undefined
  /** By quota, the fewest vCPUs that Azure counted since it was added. */
  lowest: Map<string, number>
}

/**
 * Launches whose vCPUs Azure may not count yet. Times are ordinals that its owner gives out, so that what happens within
 * one millisecond has an order.
 */
export class LaunchesUnderWay {
  readonly #launches = new Map<string, Launch>()

  has(pool: string): boolean {
    return this.#launches.has(pool)
  }

  /** `used` are the vCPUs that Azure counted by quota when it was decided. */
  add(
    pool: string,
    { quotas, vCpus, used, at }: Pick<Launch, 'quotas' | 'vCpus' | 'at'> & { used: Map<string, number> },
  ): void {
    this.#launches.set(pool, { quotas, vCpus, at, endedAt: undefined, lowest: new Map(used) })
  }

  /** The launch made nothing. */
  release(pool: string): void {
    this.#launches.delete(pool)
  }

  /** A list that began at `begunAt` and ended at `endedAt` showed these pools as being created. */
  listed(creating: ReadonlySet<string>, { begunAt, endedAt }: { begunAt: number; endedAt: number }): void {
    for (const [pool, launch] of this.#launches) {
      if (launch.at < begunAt && !creating.has(pool)) launch.endedAt ??= endedAt
    }
  }

  /** Azure's count as of a reading that began at `begunAt`: what was over by then is in it. */
  counted(usages: ReadonlyMap<string, { used: number }>, begunAt: number): void {
    for (const [pool, launch] of this.#launches) {
      if (launch.endedAt !== undefined && launch.endedAt < begunAt) this.#launches.delete(pool)
      for (const [quota, lowest] of launch.lowest) {
        launch.lowest.set(quota, Math.min(lowest, usages.get(quota.toLowerCase())?.used ?? lowest))
      }
    }
  }

  /**
   * vCPUs of a quota that launches will use beyond the `used` that Azure counts now, the launch of `except` apart. When
   * Azure begins to count a machine it does not say, so whatever its count has grown by since the oldest of them is
   * taken for theirs: too few are counted rather than too many, because a create that Azure refuses costs nothing.
   */
  beyond(quota: string, used: number, except: string): number {
    let vCpus = 0
    let lowest = Number.POSITIVE_INFINITY
    for (const [pool, launch] of this.#launches) {
      if (pool === except || !launch.quotas.includes(quota)) continue
      vCpus += launch.vCpus
      lowest = Math.min(lowest, launch.lowest.get(quota) ?? used)
    }
    return vCpus === 0 ? 0 : Math.max(0, Math.min(lowest, used) + vCpus - used)
  }
}
