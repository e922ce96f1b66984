const HOSTS_PER_NODE = 253

/** Hands out made-up addresses 10.244.n.m: one range per node, each address to one pod at a time. */
export class PodAddresses {
  readonly #ranges = new Map<string, number>()
  readonly #taken = new Set<string>()

  /** Notes an address that a pod has already. */
  keep(address: string): void {
    this.#taken.add(address)
  }

  take(nodeName: string): string {
    let range = this.#ranges.get(nodeName)
    if (range === undefined) {
      range = this.#ranges.size
      this.#ranges.set(nodeName, range)
    }
    for (let host = 2; host <= HOSTS_PER_NODE + 1; host += 1) {
      const address = `10.${244 + ((range >> 8) % 8)}.${range & 255}.${host}`
      if (this.#taken.has(address)) continue
      this.#taken.add(address)
      return address
    }
    throw new Error(`node ${nodeName} has no address left for another pod`)
  }

  release(address: string): void {
    this.#taken.delete(address)
  }
}
