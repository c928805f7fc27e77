/** What one round of one load showed. Latencies in milliseconds, of a request or of a transaction. */
export interface Round {
  /** Postings or transactions a second. */
  readonly rate: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export function roundOf(latenciesMs: readonly number[], elapsedMs: number, each = 1): Round {
  const sorted = [...latenciesMs].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { rate: (sorted.length * each * 1000) / elapsedMs, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** The median of each figure over the rounds: one disturbed round does not move it. */
export function medianOf(rounds: readonly Round[]): Round {
  const middle = (pick: (round: Round) => number): number => {
    const sorted = rounds.map(pick).sort((a, b) => a - b)
    const half = sorted.length >> 1
    const upper = sorted[half] ?? 0
    return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2
  }
  return { rate: middle((r) => r.rate), p50Ms: middle((r) => r.p50Ms), p99Ms: middle((r) => r.p99Ms) }
}
